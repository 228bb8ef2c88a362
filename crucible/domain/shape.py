"""What all shapes of the API have in common: nothing about one changes once it is there."""

from pydantic import BaseModel, ConfigDict


class Shape(BaseModel):
    """Something that the API shows. A later version may add to it, and whoever reads it passes over that."""

    model_config = ConfigDict(frozen=True)


class ClosedShape(Shape):
    """Something that the API is asked; a field that it doesn't know is refused, as it may be misspelt."""

    model_config = ConfigDict(extra="forbid")
