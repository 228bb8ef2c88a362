"""Count each half hour's evaluations, and each day's, once it is over: statistics of long times are quick then."""

import asyncio
from datetime import timedelta

import structlog

from crucible.database.database import Database
from crucible.domain.errors import StorageUnavailableError

OVER_AFTER = timedelta(minutes=10)
"""No transaction lasts so long, so that all that was queued before is seen."""
RESTS = timedelta(minutes=2)
"""How long a row is open at least: longer than any transaction that did not find it."""
_AT_ONCE = 50
_PAUSE_SECONDS = 60.0
_BUSY_PAUSE_SECONDS = 1.0
_log = structlog.stdlib.get_logger(__name__)


async def tally(database: Database, *, over_after: timedelta = OVER_AFTER, rests: timedelta = RESTS) -> bool:
    """Fill some rows that are open, and open some; tell whether there may be more.

    Raises StorageUnavailableError.
    """
    async with database.system_unit_of_work() as work:
        at = await work.now()
        filled = await work.tallies.fill(opened_before=at - rests, at=at, limit=_AT_ONCE)
        opened = await work.tallies.open(before=at - over_after, at=at, limit=_AT_ONCE)
    return _AT_ONCE in {filled, opened}


async def keep_tallying(database: Database) -> None:
    """Go round until cancelled. Any number of processes may; a row is filled by one of them."""
    while True:
        more = False
        try:
            more = await tally(database)
        except StorageUnavailableError as error:
            _log.warning("tally_round_failed", reason=error.detail)
        await asyncio.sleep(_BUSY_PAUSE_SECONDS if more else _PAUSE_SECONDS)
