"""Shapes of the API that hold more than one thing. The server writes them and the client reads them."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from crucible.domain.dead_letter import DeadLetterSummary
from crucible.domain.engine import Engine
from crucible.domain.evaluation import MAXIMUM_BATCH, EvaluationSummary, OutputFile, Submission
from crucible.domain.identifiers import EVALUATION_PATTERN
from crucible.domain.log_level import Level
from crucible.domain.runtime import Runtime
from crucible.domain.shape import ClosedShape, Shape


class Submissions(ClosedShape):
    """Many programs at once; all of them are acknowledged, or none is."""

    evaluations: Annotated[tuple[Submission, ...], Field(min_length=1, max_length=MAXIMUM_BATCH)]


class EvaluationList(Shape):
    """What `Submissions` became, in the same order."""

    items: tuple[EvaluationSummary, ...]


class EvaluationPage(Shape):
    """Part of a list, newest first."""

    items: tuple[EvaluationSummary, ...]
    next_cursor: str | None = None
    """Where the next page begins; none where this is the last."""


class DeadLetterPage(Shape):
    """Part of the list of dead letters, newest first."""

    items: tuple[DeadLetterSummary, ...]
    next_cursor: str | None = None
    """Where the next page begins; none where this is the last."""


class DeadLetterList(Shape):
    """Dead letters, in the order in which they were named."""

    items: tuple[DeadLetterSummary, ...]


class DeadLetterChoice(ClosedShape):
    """Dead letters to decide about; each of them is, or none."""

    evaluation_ids: Annotated[
        tuple[Annotated[str, Field(pattern=EVALUATION_PATTERN)], ...],
        Field(min_length=1, max_length=MAXIMUM_BATCH),
    ]


class FileList(Shape):
    """The files that a program left in its working directory."""

    items: tuple[OutputFile, ...]
    truncated: bool = False
    """Whether it left more or larger ones than are kept."""


class RuntimeList(Shape):
    """What programs can be written in here."""

    items: tuple[Runtime, ...]


class EngineList(Shape):
    """What programs can be isolated by here."""

    items: tuple[Engine, ...]


class Readiness(Shape):
    """Whether a submission would be acknowledged and run now."""

    ready: bool
    unready: dict[str, str] = Field(default_factory=dict)
    """Each part that can't do its work now, and why."""


LONGEST_LOG_MINUTES = 24 * 60


class LogLevelRequest(ClosedShape):
    """How much every process is to write to its log, and for how long."""

    level: Level
    minutes: Annotated[int, Field(ge=1, le=LONGEST_LOG_MINUTES)] = 60


class LogLevel(Shape):
    """How much a server writes to its log."""

    level: Level
    until: datetime | None = None
    """Until when every process does so; none: each does what its settings say."""


class Welcome(Shape):
    """What stands at the server's root."""

    name: str
    version: str
    links: dict[str, str]


class ProblemField(Shape):
    """What is wrong with one field of a request."""

    field: str
    message: str


class Problem(Shape):
    """An error, as RFC 9457 writes it."""

    type: str
    """The problem's stable name: `urn:crucible:problem:not-found`."""
    title: str
    status: int
    detail: str
    errors: tuple[ProblemField, ...] = ()
