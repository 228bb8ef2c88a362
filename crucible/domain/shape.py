"""What all shapes of the API have in common: nothing about one changes once it is there."""

from pydantic import BaseModel, ConfigDict


class Shape(BaseModel):
    """Something that the API shows."""

    model_config = ConfigDict(frozen=True)


class ClosedShape(Shape):
    """One that refuses fields that it doesn't know: a misspelt one would be passed over in silence."""

    model_config = ConfigDict(extra="forbid")
