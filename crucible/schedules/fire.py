"""Start what is scheduled for now: each firing once, whoever looks and whatever clocks do.

What runs, the firing's row and how far the schedule has come are one transaction. Whoever comes second waits for
the schedule's row, and finds that its time has passed. The moment up to which all was decided never moves back, so
a clock that is put back repeats nothing; one that leaps forward makes firings missed, and the policy decides.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import islice, takewhile

import structlog

from crucible.database.database import Database
from crucible.database.failures import repeated
from crucible.database.schedules import HeldSchedule
from crucible.domain.cron import firings
from crucible.domain.errors import NotFoundError, StorageUnavailableError
from crucible.domain.evaluation import MAXIMUM_BATCH
from crucible.domain.principal import Principal, Role
from crucible.domain.schedule import MOST_CAUGHT_UP, MissedRuns
from crucible.queue.doorbell import Doorbell
from crucible.schedules.work import start

_PUNCTUAL = timedelta(minutes=1)
"""A firing that is later than this was missed: no cron line has two within it."""
_AT_ONCE = 100
_MOST_LOOKED_AT = 1_000
_MOST_PROGRAMS = MAXIMUM_BATCH
"""In one transaction; no single firing has more."""
_PAUSE_SECONDS = 1.0
_log = structlog.stdlib.get_logger(__name__)


async def fire_due(database: Database, doorbell: Doorbell) -> int:
    """Decide about every firing that is due, and return how many run. Raises StorageUnavailableError."""
    async with database.system_steps() as work:
        due = await work.schedules.due(at=await work.now(), limit=_AT_ONCE)
    started = 0
    for schedule_id, tenant_id, subject in due:
        owner = Principal(tenant_id=tenant_id, subject=subject, role=Role.MEMBER)
        started += await repeated(partial(_fire, database, doorbell, owner, schedule_id))
    return started


async def _fire(database: Database, doorbell: Doorbell, owner: Principal, schedule_id: str) -> int:
    async with database.unit_of_work(owner) as work:
        try:
            held = await work.schedules.hold(schedule_id)
        except NotFoundError:
            return 0  # it was removed since it was found
        at = await work.now()
        if held.next_at is None or held.next_at > at:
            return 0  # another scheduler was first, or it was paused
        times = _due(held, at)
        running = wanted(times, held.missed, at)
        decided_until = at
        if len(running) > (room := max(1, _MOST_PROGRAMS // len(held.work.programs))):
            running = running[:room]
            decided_until = running[-1]  # the next round goes on from there
            times = [time for time in times if time <= decided_until]
        made = await start(work, doorbell, held, times=len(running), subject=owner.subject, at=at)
        started = dict(zip(running, made, strict=True))
        await work.schedules.note_firings(held, [(time, started.get(time)) for time in times], at)
        await work.schedules.wait_for_next(held, decided_until)
    _log.info("schedule_fired", schedule=schedule_id, started=len(started), skipped=len(times) - len(started))
    return len(started)


def wanted(times: Sequence[datetime], missed: MissedRuns, at: datetime) -> list[datetime]:
    """Return which of the firings up to this moment run: the punctual, and of the missed what the policy says."""
    late = [time for time in times if at - time > _PUNCTUAL]
    punctual = list(times[len(late) :])
    caught_up = {MissedRuns.SKIP: 0, MissedRuns.ONCE: 1, MissedRuns.ALL: MOST_CAUGHT_UP}[missed]
    return [*late[max(0, len(late) - caught_up) :], *punctual]


def _due(held: HeldSchedule, at: datetime) -> list[datetime]:
    """Return the firings up to a moment; of very many the last: years of minutes are not worth a row each."""
    times = _between(held, held.decided_until, at)
    if len(times) < _MOST_LOOKED_AT:
        return times
    return _between(held, at - timedelta(minutes=_MOST_LOOKED_AT - 1), at)


def _between(held: HeldSchedule, after: datetime, at: datetime) -> list[datetime]:
    upcoming = islice(firings(held.cron, held.time_zone, after), _MOST_LOOKED_AT)
    return list(takewhile(lambda time: time <= at, upcoming))


async def keep_firing(database: Database, doorbell: Doorbell) -> None:
    """Go round until cancelled."""
    while True:
        try:
            await fire_due(database, doorbell)
        except StorageUnavailableError as error:
            _log.warning("schedules_not_fired", reason=error.detail)
        await asyncio.sleep(_PAUSE_SECONDS)
