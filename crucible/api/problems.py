"""Every error leaves as an RFC 9457 problem document, whoever raised it: we, FastAPI, or nobody on purpose."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from crucible.domain.errors import (
    CrucibleError,
    FieldError,
    InvalidRequestError,
    MalformedRequestError,
    MethodNotAllowedError,
    NotFoundError,
)

MEDIA_TYPE = "application/problem+json"
_SHOWN_ERRORS = 50
"""A body of a thousand bad submissions is explained by its first mistakes."""
_SHOWN_INPUT = 80
_SHOWN_BITS = 64
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_RULES = {
    "greater_than_equal": "must be at least {ge}, is {input}",
    "less_than_equal": "must be at most {le}, is {input}",
    "string_too_long": "must have at most {max_length} characters",
    "string_too_short": "must have at least {min_length} characters",
    "string_pattern_mismatch": "must match {pattern}, is {input}",
    "too_long": "must have at most {max_length} items",
    "too_short": "must have at least {min_length} items",
    "missing": "is required",
    "extra_forbidden": "is not a field of this request",
    "unexpected_keyword_argument": "is not a field of this request",
    "value_error": "{error}",
    "enum": "must be one of {expected}, is {input}",
    "literal_error": "must be one of {expected}, is {input}",
}
"""Pydantic's rules in our words: what would be right, and what it is."""


def problem_response(error: CrucibleError, headers: Mapping[str, str] | None = None) -> Response:
    """Return the answer that tells a client of this error."""
    answer = Response(
        json.dumps(error.problem()), status_code=error.status, media_type=MEDIA_TYPE, headers=headers
    )
    if error.retry_after_seconds is not None:
        answer.headers["Retry-After"] = str(error.retry_after_seconds)
    return answer


def invalid_request(errors: Sequence[Mapping[str, Any]], *, skip: int = 0) -> CrucibleError:
    """Return what pydantic found wrong, in our words; a location's first `skip` parts aren't the caller's."""
    first = errors[0]
    if first["type"] == "json_invalid":
        return MalformedRequestError(f"the body is not JSON in UTF-8: {first['ctx']['error']}")
    causes = [error for error in errors if not _follows_from_others(error, errors)]
    found = tuple(_field_error(error, skip) for error in causes[:_SHOWN_ERRORS])
    more = f" (and {len(causes) - 1} more)" if len(causes) > 1 else ""
    return InvalidRequestError(f"{found[0].field}: {found[0].message}{more}", errors=found)


def field_name(location: Iterable[str | int]) -> str:
    """Return where in a request something is: `limits.wall_seconds`, `evaluations[3].files[0].path`."""
    name = ""
    for part in location:
        if isinstance(part, int):
            name += f"[{part}]"
        elif _PLAIN_NAME.fullmatch(part):
            name += f".{part}" if name else part
        else:
            name += f"[{part[:_SHOWN_INPUT]!r}]"
    return name or "body"


def _follows_from_others(error: Mapping[str, Any], errors: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a list is only too short since none of its items is valid."""
    place = error["loc"]
    return error["type"] == "too_short" and any(
        len(other["loc"]) > len(place) and other["loc"][: len(place)] == place for other in errors
    )


def _field_error(error: Mapping[str, Any], skip: int) -> FieldError:
    field = field_name(part for part in error["loc"][skip:] if part != "[key]")
    rule = _RULES.get(error["type"])
    if rule is None:
        return FieldError(field, error["msg"].replace("Input should", "must", 1))
    return FieldError(field, rule.format(**{"input": _shown(error["input"]), **error.get("ctx", {})}))


def _shown(value: object) -> str:
    if isinstance(value, str):
        return repr(value[:_SHOWN_INPUT])
    if isinstance(value, int) and value.bit_length() > _SHOWN_BITS:
        return "a number far from that"
    return repr(value)[:_SHOWN_INPUT]


def install(app: FastAPI) -> None:
    """Have the application answer every error with a problem document; what nobody foresaw is `Guard`'s."""
    for kind in (CrucibleError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, _answer)


def _answer(request: Request, error: Exception) -> Response:
    headers = error.headers if isinstance(error, HTTPException) else None
    return problem_response(_as_ours(request, error), headers)


def _as_ours(request: Request, error: Exception) -> CrucibleError:
    if isinstance(error, CrucibleError):
        return error
    if isinstance(error, RequestValidationError):
        return invalid_request(error.errors(), skip=1)
    if isinstance(error, HTTPException) and error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = (error.headers or {}).get("Allow", "other methods")
        return MethodNotAllowedError(f"{request.url.path} takes {allowed}, not {request.method}")
    if isinstance(error, HTTPException) and error.status_code == HTTPStatus.NOT_FOUND:
        return NotFoundError(f"there is nothing at {request.url.path}")
    return MalformedRequestError(str(error))
