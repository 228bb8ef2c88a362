"""A worker's presence: it writes down every few seconds that it lives and what it takes, and leaves in order."""

import asyncio
import socket

import structlog

from crucible import __version__
from crucible.database.database import Database
from crucible.domain.errors import StorageUnavailableError
from crucible.domain.worker import WorkerReport, WorkerState
from crucible.queue.link import ExecutorLink
from crucible.queue.worker import Worker
from crucible.roles.known_workers import REPORT_SECONDS

_log = structlog.stdlib.get_logger(__name__)


async def keep_reporting(database: Database, worker: Worker, link: ExecutorLink) -> None:
    """Report until cancelled, as long as there is an executor to work with."""
    while True:
        try:
            if link.is_connected:
                async with database.system_unit_of_work() as work:
                    await work.workers.report(_report(worker, link), await work.now())
        except StorageUnavailableError as error:
            _log.warning("presence_not_reported", reason=error.detail)
        await asyncio.sleep(REPORT_SECONDS)


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
        state=WorkerState.DRAINING if worker.draining else WorkerState.WORKING,
        slots=worker.slots,
        running=worker.running,
        offer=worker.terms.offer(link.known_runtimes, link.drivers),
    )
