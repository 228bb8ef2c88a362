"""The bounds that a shape declares for its numbers, looked at where no pydantic does.

What comes from outside is checked at the API's door. The executor looks again: a limit of -1 or NaN would be none,
to the kernel or to a clock, whoever made the mistake.
"""

import functools
from dataclasses import fields
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from annotated_types import Ge, Le


def out_of_bounds(shape: Any) -> str | None:
    """Return, in words, which of a dataclass's numbers is none that it declares; None where all are."""
    kind: Any = type(shape)
    for name, least, most in _bounds(kind):
        value = getattr(shape, name)
        if value is not None and not least <= value <= most:  # which NaN is not, either
            return f"{name} must be from {least:g} to {most:g}, is {value!r}"
    return None


@functools.cache
def _bounds(kind: Any) -> list[tuple[str, float, float]]:
    hints = get_type_hints(kind, include_extras=True)
    return [(one.name, *found) for one in fields(kind) if (found := _declared(hints[one.name]))]


def _declared(hint: Any) -> tuple[float, float] | None:
    """Return the bounds of an annotation, or of what it may be besides None."""
    if get_origin(hint) is not Annotated:
        return next(filter(None, map(_declared, get_args(hint))), None)
    marks: dict[type, Any] = {type(mark): mark for mark in hint.__metadata__}
    return (marks[Ge].ge, marks[Le].le) if marks.keys() >= {Ge, Le} else None
