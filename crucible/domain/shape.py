"""What all shapes of the API have in common: nothing about one changes once it is there."""

from collections.abc import Iterator
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, PlainSerializer

IN_ORDER: Final = PlainSerializer(sorted, return_type=list[str])
"""How a set is written: alike in every process, so that a request that is sent again is the same."""
_MOST_SHOWN = 1000


class Shape(BaseModel):
    """Something that the API shows. A later version may add to it, and whoever reads it passes over that."""

    model_config = ConfigDict(frozen=True)

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        """Yield what is worth showing in a notebook or a traceback: no defaults, of long texts the beginning."""
        for name, value in super().__repr_args__():
            if name in type(self).model_fields and value == type(self).model_fields[name].get_default(
                call_default_factory=True
            ):
                continue
            cut = isinstance(value, str) and len(value) > _MOST_SHOWN
            yield name, f"{value[:_MOST_SHOWN]}… and {len(value) - _MOST_SHOWN} characters more" if cut else value


class ClosedShape(Shape):
    """Something that the API is asked; a field that it doesn't know is refused, as it may be misspelt."""

    model_config = ConfigDict(extra="forbid")
