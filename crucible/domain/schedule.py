"""A program, a batch or a pipeline that runs again and again, at times that a cron line says."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from crucible.domain.batch import BatchRequest
from crucible.domain.cron import check_cron, check_zone
from crucible.domain.evaluation import MAXIMUM_BATCH, Argument, Submission
from crucible.domain.pipeline import PipelineRequest
from crucible.domain.shape import Shape

MOST_CAUGHT_UP: Final = 100
"""How many missed firings are made up for at once; of more, the oldest are skipped."""
SHOWN_FIRINGS: Final = 5


class MissedRuns(StrEnum):
    """What becomes of firings whose time passed while nobody was there to fire."""

    SKIP = "skip"
    ONCE = "once"
    """The last of them runs, for all."""
    ALL = "all"
    """Each runs, up to the last 100."""


class ScheduleState(StrEnum):
    """Whether a schedule fires."""

    ACTIVE = "active"
    PAUSED = "paused"


class ScheduledBatch(BatchRequest):
    """A batch that is handed in whole, each time anew."""

    evaluations: Annotated[tuple[Submission, ...], Field(min_length=1, max_length=MAXIMUM_BATCH)]


class ScheduledWork(Shape):
    """What runs each time: one of these."""

    submission: Submission | None = None
    batch: ScheduledBatch | None = None
    pipeline: PipelineRequest | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if [self.submission, self.batch, self.pipeline].count(None) != 2:  # noqa: PLR2004 - all but one
            raise ValueError("give one of `submission`, `batch` and `pipeline`")
        return self

    @property
    def programs(self) -> Sequence[Submission]:
        """Each program of it; of a pipeline those of its stages."""
        if self.batch is not None:
            return self.batch.evaluations
        if self.pipeline is not None:
            return self.pipeline.stages
        return () if self.submission is None else (self.submission,)


class ScheduleRequest(ScheduledWork):
    """A schedule to make."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[Argument, Field(min_length=1, max_length=255)]
    cron: Annotated[Argument, Field(max_length=255), AfterValidator(check_cron)]
    """Minute, hour, day of month, month, day of week: `30 6 * * MON-FRI`."""
    time_zone: Annotated[Argument, Field(max_length=64), AfterValidator(check_zone)] = "UTC"
    missed: MissedRuns = MissedRuns.ONCE


class Firing(Shape):
    """One time at which a schedule fired, or should have."""

    fire_at: datetime
    """When, by its cron line. No schedule fires twice for the same."""
    decided_at: datetime
    """When that came to pass, by the database's clock."""
    evaluation_id: str | None
    """The program that runs for it. Where it was skipped, there is none of the three."""
    batch_id: str | None = None
    pipeline_id: str | None = None

    @property
    def started(self) -> str | None:
        """What runs for it, whichever it is; None where it was skipped."""
        return self.evaluation_id or self.batch_id or self.pipeline_id


class Schedule(ScheduledWork):
    """A schedule, and when it fires."""

    id: str
    name: str
    cron: str
    time_zone: str
    missed: MissedRuns
    state: ScheduleState
    created_by: str
    created_at: datetime
    next_firings: tuple[datetime, ...]
    """The next five; none while it is paused."""
    last_firing: Firing | None = None


class Upcoming(Shape):
    """When a cron line would fire, asked before there is a schedule."""

    cron: str
    """The line as it would be kept: its blanks are single ones."""
    time_zone: str
    firings: tuple[datetime, ...]
    """The next five."""


class SchedulePage(Shape):
    """Part of a list, newest first."""

    items: tuple[Schedule, ...]
    next_cursor: str | None = None


class FiringPage(Shape):
    """When a schedule fired, the last time first."""

    items: tuple[Firing, ...]
    next_cursor: str | None = None
