"""A schedule that fires each minute, while schedulers are killed: each time once, and none left out."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from crucible.client import Crucible, Submission
from crucible.domain.evaluation import EvaluationFilter
from crucible.domain.schedule import Firing, MissedRuns, Schedule, ScheduleRequest

_EACH_MINUTE = timedelta(minutes=1)
_MOST = 200


@dataclass(frozen=True)
class Ticks:
    """What became of the schedule."""

    fired: int
    evaluations: int
    """How many there are of it, whichever firing they are listed under."""
    gaps: int
    """Minutes that are not there, or twice, and firings without an evaluation."""

    @property
    def are_each_once(self) -> bool:
        """Whether each minute fired once."""
        return self.gaps == 0 and self.evaluations == self.fired

    def line(self) -> str:
        """Return this for people."""
        return f"a schedule fired {self.fired} times: {self.evaluations} evaluations, {self.gaps} gaps or doubles"


def start(url: str) -> Schedule:
    """Make the schedule."""
    tick = Submission(code="echo tick", runtime="bash")
    with Crucible(url) as crucible:
        return crucible.schedules.create(
            ScheduleRequest(name="tick", cron="* * * * *", missed=MissedRuns.ALL, submission=tick)
        )


def stop(url: str, schedule: Schedule) -> None:
    """Have it fire no more."""
    with Crucible(url) as crucible:
        crucible.schedules.pause(schedule.id)


def count(url: str, schedule: Schedule) -> Ticks:
    """Return what it did."""
    with Crucible(url) as crucible:
        firings = crucible.schedules.firings(schedule.id, limit=_MOST).items
        evaluations = list(crucible.evaluations(EvaluationFilter(label=(f"schedule={schedule.id}",))))
    return Ticks(fired=len(firings), evaluations=len(evaluations), gaps=_gaps(firings))


def _gaps(firings: tuple[Firing, ...]) -> int:
    times = sorted(firing.fire_at for firing in firings)
    return sum(later - earlier != _EACH_MINUTE for earlier, later in pairwise(times)) + sum(
        firing.evaluation_id is None for firing in firings
    )
