"""Count evaluations, so that somebody sees how all of them do."""

from datetime import UTC, datetime, timedelta

from crucible.access.policy import Permission, require
from crucible.database.database import Database
from crucible.domain.principal import Principal
from crucible.domain.statistics import Statistics

_INTERVALS = 60
_ROUND_SECONDS = (1, 5, 15, 60, 300, 900, 1800, 3600, 10_800, 21_600, 43_200, 86_400)
"""Intervals that people think in."""


async def statistics(database: Database, principal: Principal, *, hours: int) -> Statistics:
    """Return what became of the evaluations that were queued in the last hours, and what waits and runs now."""
    require(principal, Permission.READ)
    seconds = interval_seconds(hours)
    async with database.read(principal) as view:
        until = await view.now()
        since = until - timedelta(hours=hours)
        since = datetime.fromtimestamp(since.timestamp() // seconds * seconds, UTC)
        known = await view.statistics.tallied(since, seconds)
        counts = await view.statistics.counts(known, seconds)
        duration, waited = await view.statistics.percentiles(known)
        return Statistics(
            since=since,
            until=until,
            interval_seconds=seconds,
            intervals=counts.intervals,
            statuses=dict(counts.statuses),
            duration=duration,
            wait=waited,
            runtimes=counts.runtimes,
            queue=await view.statistics.queue(),
            workers=await view.statistics.workers(),
        )


def interval_seconds(hours: int) -> int:
    """Return how long an interval is, so that there are some dozens."""
    wanted = hours * 3600 / _INTERVALS
    return next((seconds for seconds in _ROUND_SECONDS if seconds >= wanted), _ROUND_SECONDS[-1])
