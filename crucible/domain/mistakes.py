"""What is said of a model that somebody filled wrongly, where it is not the API that says so."""

from pydantic import ValidationError


def first_mistake(error: ValidationError) -> str:
    """Return the first of them, with its place: `stages[1].limits.wall_seconds: Input should be ...`."""
    first = error.errors()[0]
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"])
    message = first["msg"].removeprefix("Value error, ")
    return f"{place.removeprefix('.')}: {message}" if place else message
