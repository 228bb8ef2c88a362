"""What is said of a model that somebody filled wrongly, where it is not the API that says so."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from crucible.domain.errors import InvalidRequestError

Model = TypeVar("Model", bound=BaseModel)


def filled(model: type[Model], fields: Mapping[str, Any], *, where: str = "") -> Model:
    """Return the model with these fields. Raises InvalidRequestError, which begins with where they come from."""
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        raise InvalidRequestError(f"{where and f'{where}: '}{first_mistake(error)}") from error


def first_mistake(error: ValidationError) -> str:
    """Return the first of them, with its place: `stages[1].limits.wall_seconds: Input should be ...`."""
    first = error.errors()[0]
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"])
    message = first["msg"].removeprefix("Value error, ")
    return f"{place.removeprefix('.')}: {message}" if place else message
