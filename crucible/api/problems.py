"""Every error leaves as an RFC 9457 problem document, whoever raised it: we, FastAPI, or nobody on purpose."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from crucible.domain.errors import (
    CrucibleError,
    DeletedError,
    InvalidRequestError,
    MalformedRequestError,
    MethodNotAllowedError,
    NotFoundError,
)
from crucible.domain.mistakes import mistake

MEDIA_TYPE = "application/problem+json"
_SHOWN_ERRORS = 50
"""A body of a thousand bad submissions is explained by its first mistakes."""


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
    found = tuple(mistake(error, skip) for error in causes[:_SHOWN_ERRORS])
    more = f" (and {len(causes) - 1} more)" if len(causes) > 1 else ""
    return InvalidRequestError(f"{found[0].field}: {found[0].message}{more}", errors=found)


def _follows_from_others(error: Mapping[str, Any], errors: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a list is only too short since none of its items is valid."""
    place = error["loc"]
    return error["type"] == "too_short" and any(
        len(other["loc"]) > len(place) and other["loc"][: len(place)] == place for other in errors
    )


def install(app: FastAPI) -> None:
    """Have the application answer every error with a problem document; what nobody foresaw is `Guard`'s."""
    for kind in (CrucibleError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, _answer)


def _answer(request: Request, error: Exception) -> Response:
    if isinstance(error, DeletedError):
        error = error.until(request.app.state.collaborators.retention.deleted)
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
