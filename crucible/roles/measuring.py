"""Writes down, every few seconds, what this process counted, so that any `/metrics` can show it."""

import asyncio
import os
import socket
import time
from datetime import timedelta

import structlog

from crucible.database.database import Database
from crucible.domain.errors import StorageUnavailableError
from crucible.domain.measure import Measures
from crucible.ending import whole

WRITE_SECONDS = 3.0
FORGET_AFTER = timedelta(hours=1)
"""How long the counts of a process that ended are shown: longer than any scraper's interval."""
_IDLE_SECONDS = 300.0
"""How often a process that counts nothing says that it is there: a laptop's disk may sleep meanwhile."""
_log = structlog.stdlib.get_logger(__name__)


def process_name(role: str) -> str:
    """Return what this process is called beside the others."""
    return f"{role}-{socket.gethostname()}-{os.getpid()}"


async def keep_measuring(
    database: Database, measures: Measures, process: str, *, seconds: float = WRITE_SECONDS
) -> None:
    """Write what changed until cancelled, and forget processes that are no more."""
    written, at_least = None, 0.0
    while True:
        measured = measures.as_json()
        if measured == written and time.monotonic() < at_least:
            await asyncio.sleep(seconds)
            continue
        try:
            await whole(_write(database, measures, process))
            written, at_least = measured, time.monotonic() + _IDLE_SECONDS
        except StorageUnavailableError as error:
            _log.warning("measures_not_written", reason=error.detail)
        await asyncio.sleep(seconds)


async def _write(database: Database, measures: Measures, process: str) -> None:
    async with database.system_unit_of_work() as work:
        at = await work.now()
        await work.measures.write(process, measures, at)
        await work.measures.forget(at=at, after=FORGET_AFTER)
