"""A program that runs again and again, at times that a cron line says."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from crucible.domain.cron import check_cron, check_zone
from crucible.domain.evaluation import Argument, Submission

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


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True)


class ScheduleRequest(_Shape):
    """A schedule to make."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[Argument, Field(min_length=1, max_length=255)]
    cron: Annotated[Argument, Field(max_length=255), AfterValidator(check_cron)]
    """Minute, hour, day of month, month, day of week: `30 6 * * MON-FRI`."""
    time_zone: Annotated[Argument, Field(max_length=64), AfterValidator(check_zone)] = "UTC"
    missed: MissedRuns = MissedRuns.ONCE
    submission: Submission


class Firing(_Shape):
    """One time at which a schedule fired, or should have."""

    fire_at: datetime
    """When, by its cron line. No schedule fires twice for the same."""
    decided_at: datetime
    """When that came to pass, by the database's clock."""
    evaluation_id: str | None
    """What runs for it; none where it was skipped."""


class Schedule(_Shape):
    """A schedule, and when it fires."""

    id: str
    name: str
    cron: str
    time_zone: str
    missed: MissedRuns
    state: ScheduleState
    created_by: str
    created_at: datetime
    submission: Submission
    next_firings: tuple[datetime, ...]
    """The next five; none while it is paused."""
    last_firing: Firing | None = None


class Upcoming(_Shape):
    """When a cron line would fire, asked before there is a schedule."""

    cron: str
    """The line as it would be kept: its blanks are single ones."""
    time_zone: str
    firings: tuple[datetime, ...]
    """The next five."""


class SchedulePage(_Shape):
    """Part of a list, newest first."""

    items: tuple[Schedule, ...]
    next_cursor: str | None = None


class FiringPage(_Shape):
    """When a schedule fired, the last time first."""

    items: tuple[Firing, ...]
    next_cursor: str | None = None
