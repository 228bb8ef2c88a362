"""Has this process write to its log what an operator asked of all, and what its settings say once that is over."""

import asyncio
from collections.abc import Callable

import structlog

from crucible.database.database import Database
from crucible.domain.errors import StorageUnavailableError
from crucible.domain.log_level import Level
from crucible.telemetry.logging import log_level, set_log_level

READ_SECONDS = 2.0
"""How often each process asks."""
_log = structlog.stdlib.get_logger(__name__)


async def keep_log_level(
    database: Database,
    usual: Level,
    *,
    tell: Callable[[Level | None], None] = lambda _: None,
    seconds: float = READ_SECONDS,
) -> None:
    """Follow what is in force until cancelled; `tell` hears of each change, None where nothing is in force."""
    ordered: Level | None = None
    while True:
        try:
            async with database.system_steps() as work:
                order = await work.log_orders.current(await work.now())
        except StorageUnavailableError as error:
            _log.warning("log_level_unknown", reason=error.detail)
        else:
            wanted = order.level if order else None
            if wanted != ordered:
                ordered = wanted
                tell(wanted)
            if log_level() != (wanted or usual):
                set_log_level(wanted or usual, asked_by=order.asked_by if order else "the settings")
        await asyncio.sleep(seconds)
