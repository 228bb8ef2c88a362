"""A worker's presence: it writes down every few seconds that it lives and what it takes, and leaves in order."""

import asyncio
import contextlib
import socket
import time
from collections.abc import Collection

import structlog

from crucible import __version__
from crucible.database.database import Database
from crucible.domain.errors import StorageUnavailableError
from crucible.domain.worker import WorkerReport, WorkerState
from crucible.ending import whole
from crucible.executor.link import ExecutorLink
from crucible.queue.worker import Worker
from crucible.roles.known_workers import REPORT_SECONDS

ORDER_SECONDS = 0.5
"""How often a worker asks whether it is to do something else."""
SURVEY_SECONDS = 60.0
"""How often a worker asks which engines its executor has: one that comes or goes is known a minute later."""
BROKEN_SECONDS = 5.0
"""How often it tries again whether a sandbox can be made where none could."""
REST_SECONDS = 1.0
"""How long it leaves the executor alone in between, however often no sandbox is found for a program."""
_log = structlog.stdlib.get_logger(__name__)


async def keep_reporting(
    database: Database,
    worker: Worker,
    link: ExecutorLink,
    *,
    grace_seconds: float,
    seconds: float = REPORT_SECONDS,
) -> None:
    """Report, and follow what a person asks of the worker, until cancelled.

    What it does is told every few seconds as long as there is an executor to work with, and at once where it was
    asked to do something else.
    """
    told: WorkerState | None = None
    due = time.monotonic()

    async def once() -> None:
        nonlocal told, due
        async with database.system_steps() as work:
            if wanted := await work.workers.wanted(worker.name):
                worker.follow(wanted, grace_seconds)
            if link.is_connected and (worker.state is not told or time.monotonic() >= due):
                await work.workers.report(_report(worker, link), await work.now())
                told, due = worker.state, time.monotonic() + seconds

    while True:
        try:
            await whole(once())
        except StorageUnavailableError as error:
            _log.warning("presence_not_reported", reason=error.detail)
        await asyncio.sleep(min(ORDER_SECONDS, seconds))


async def keep_surveying(
    link: ExecutorLink, only_engines: Collection[str] = (), *, after_seconds: float = 0.0
) -> None:
    """Know which engines the executor has and whether a sandbox can be made, until cancelled.

    What it finds is told with the next report. It looks again at once where no sandbox was found for a program,
    and soon while none can be made. The first answer costs the executor a try of each engine. `after_seconds`: how
    long it is spared that. `only_engines`: those that are tried; none: the one of programs that name none.
    """
    await asyncio.sleep(after_seconds)
    while True:
        await link.connected()
        link.doubted.clear()
        await link.survey()
        for engine in only_engines or (None,):
            await link.try_out(engine)
        await asyncio.sleep(REST_SECONDS)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(BROKEN_SECONDS if link.is_broken else SURVEY_SECONDS):
                await link.doubted.wait()


async def leave(database: Database, worker: Worker) -> None:
    """Write down that the worker ended in order."""
    try:
        async with database.system_unit_of_work() as work:
            await work.workers.leave(worker.name)
    except StorageUnavailableError as error:
        _log.warning("presence_not_reported", reason=error.detail)


def _report(worker: Worker, link: ExecutorLink) -> WorkerReport:
    return WorkerReport(
        name=worker.name,
        host=socket.gethostname(),
        version=__version__,
        state=worker.state,
        slots=worker.slots,
        running=worker.running,
        offer=worker.terms.offer(link.known_runtimes, link.drivers),
    )
