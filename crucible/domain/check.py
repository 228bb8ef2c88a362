"""What a language's own parser thinks of a program that is not run."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from crucible.domain.evaluation import (
    MAXIMUM_CODE_BYTES,
    MAXIMUM_FILES,
    InputFile,
    Name,
    Text,
    at_most,
    file_tree,
)
from crucible.domain.sandbox import Isolation
from crucible.domain.shape import ClosedShape, Shape

MAXIMUM_FINDINGS = 100
MAXIMUM_MESSAGE = 300


class CheckRequest(ClosedShape):
    """A program to be looked at. It is behind the same walls as if it ran."""

    code: Annotated[Text, AfterValidator(at_most(MAXIMUM_CODE_BYTES))]
    runtime: Annotated[str, Field(min_length=1, max_length=64)] = "python"
    files: Annotated[tuple[InputFile, ...], Field(max_length=MAXIMUM_FILES), AfterValidator(file_tree)] = ()
    """Headers that a compiler would read."""
    engine: Name | None = None
    minimum_isolation: Isolation = Isolation.SHARED_KERNEL
    image: Name | None = None


class Finding(Shape):
    """Something that the parser objects to. Lines and columns count from 1, columns in characters."""

    line: int
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None
    """Where it ends, this character not included."""
    severity: Literal["error", "warning"]
    message: str


class CheckResult(Shape):
    """What the parser thinks."""

    checked: bool
    """Whether the parser came to an end."""
    reason: str | None = None
    """Why it did not."""
    findings: tuple[Finding, ...] = ()
