"""`crucible scheduler`: takes lost leases back, rings for what waits, tells of failures, removes what is to go.

Any number of them may run; whatever one does is conditional, so that two do it once.
"""

import asyncio
import signal
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import timedelta

import structlog

from crucible.batches.settle import keep_settling
from crucible.database.database import Database
from crucible.domain.errors import StorageUnavailableError
from crucible.domain.measure import Measures
from crucible.evaluations.remove import keep_removing
from crucible.evaluations.requeue import Patience
from crucible.operations.tally import keep_tallying
from crucible.pipelines.settle import keep_advancing
from crucible.queue.reaper import keep_reaping
from crucible.roles.known_workers import KnownWorkers
from crucible.roles.log_level import keep_log_level
from crucible.roles.measuring import keep_measuring, process_name
from crucible.roles.shared import shared_parts
from crucible.roles.stopping import Stopping
from crucible.roles.tasks import RoleTasks
from crucible.schedules.fire import keep_firing
from crucible.settings import Settings
from crucible.webhooks.delivering import keep_delivering

_FORGET_AFTER = timedelta(days=1)
_FORGET_SECONDS = 60.0
_log = structlog.stdlib.get_logger(__name__)


async def schedule(settings: Settings, announce: Callable[[], None]) -> signal.Signals:
    """Go round until a signal asks for the end; return which. `announce` is called before the first round."""
    async with AsyncExitStack() as stack:
        stopping = stack.enter_context(Stopping(at_once=lambda: None))
        parts = await stack.enter_async_context(shared_parts(settings, "scheduler"))
        tasks = RoleTasks(stack)
        known = KnownWorkers(parts.database)
        await known.read()
        tasks.start("list of workers", known.keep())
        tasks.start("log level", keep_log_level(parts.database, settings.log_level))
        tasks.start("memory of workers", _keep_forgetting(parts.database))
        measures = Measures()
        patience = Patience(attempts=settings.infrastructure_attempts)
        reaping = keep_reaping(
            parts.database,
            parts.blobs,
            parts.stream,
            parts.doorbell,
            lambda: known.runtimes if known.any_alive else (),
            lease_seconds=settings.lease_seconds,
            patience=patience,
            measures=measures,
        )
        tasks.start("measures", keep_measuring(parts.database, measures, process_name("scheduler")))
        tasks.start("notifications", keep_delivering(parts.database, settings.webhook_networks))
        announce()
        tasks.start("reaper", reaping)
        tasks.start("schedules", keep_firing(parts.database, parts.doorbell))
        tasks.start("batches", keep_settling(parts.database, parts.doorbell, parts.stream))
        tasks.start("pipelines", keep_advancing(parts.database, parts.blobs, parts.stream, parts.doorbell))
        tasks.start("tallies", keep_tallying(parts.database))
        removing = keep_removing(parts.database, parts.blobs, settings.retention, measures, knows_all_blobs=False)
        tasks.start("retention", removing)
        await tasks.until(stopping)
        return await stopping.wait()


async def _keep_forgetting(database: Database) -> None:
    while True:
        try:
            async with database.system_unit_of_work() as work:
                await work.workers.forget(at=await work.now(), after=_FORGET_AFTER)
        except StorageUnavailableError as error:
            _log.warning("workers_not_forgotten", reason=error.detail)
        await asyncio.sleep(_FORGET_SECONDS)
