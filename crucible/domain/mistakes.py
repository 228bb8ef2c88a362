"""What is said of a request or a model that somebody filled wrongly: where, what would be right, what it is."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from crucible.domain.errors import FieldError, InvalidRequestError

Model = TypeVar("Model", bound=BaseModel)
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


def filled(model: type[Model], fields: Mapping[str, Any], *, where: str = "") -> Model:
    """Return the model with these fields. Raises InvalidRequestError, which begins with where they come from."""
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        raise InvalidRequestError(f"{where and f'{where}: '}{first_mistake(error)}") from error


def first_mistake(error: ValidationError) -> str:
    """Return the first of them, with its place: `stages[1].limits.wall_seconds: must be at least 0.1, is 0`."""
    first = error.errors()[0]
    found = mistake(first)
    return f"{found.field}: {found.message}" if first["loc"] else found.message


def mistake(error: Mapping[str, Any], skip: int = 0) -> FieldError:
    """Return what pydantic found wrong, in our words; a location's first `skip` parts aren't the caller's."""
    field = _field_name(part for part in error["loc"][skip:] if part != "[key]")
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


def _field_name(location: Iterable[str | int]) -> str:
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
