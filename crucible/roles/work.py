"""`crucible worker`: takes what is queued, has an executor of this machine run it, and writes how it ended."""

import asyncio
import signal
from collections.abc import Callable, Collection
from contextlib import AsyncExitStack
from pathlib import Path

import structlog

from crucible.domain.measure import Measures
from crucible.executor.link import ExecutorLink
from crucible.queue.autoscale import Autoscale, Bounds
from crucible.queue.ear import Ear
from crucible.queue.local import LocalDoorbell
from crucible.roles.errors import CannotStartError
from crucible.roles.log_level import keep_log_level
from crucible.roles.making import make_worker
from crucible.roles.measuring import keep_measuring, process_name
from crucible.roles.presence import keep_reporting, keep_surveying, leave
from crucible.roles.shared import shared_parts
from crucible.roles.stopping import Stopping
from crucible.roles.tasks import RoleTasks
from crucible.settings import Settings

LOOK_SECONDS = 5.0
"""How often a worker looks for what is queued without being asked: no lost ring and no deaf ear lasts longer."""
_log = structlog.stdlib.get_logger(__name__)


async def work(
    settings: Settings,
    executor: Path,
    announce: Callable[[Collection[str]], None],
    *,
    only: Collection[str] = (),
    autoscale: Bounds | None = None,
) -> signal.Signals:
    """Work until a signal asks for the end; return which. `announce` is called once rings are heard.

    `only`: the runtimes that this worker takes of those that its executor has; all where none is named.
    `autoscale`: between how many and how many slots it chooses itself.
    """
    async with AsyncExitStack() as stack:
        stopping = stack.enter_context(Stopping(at_once=lambda: None))
        parts = await stack.enter_async_context(shared_parts(settings, "worker"))
        tasks = RoleTasks(stack)
        link = await stack.enter_async_context(ExecutorLink(executor, only=only))
        if not await _comes_up(link, stopping):
            return await stopping.wait()
        if not link.known_runtimes:
            raise CannotStartError(f"this machine's executor has no runtime named {' or '.join(only) or 'at all'}")
        measures = Measures()
        worker = make_worker(settings, parts, link, LocalDoorbell(), look_seconds=LOOK_SECONDS, measures=measures)
        tasks.start("measures", keep_measuring(parts.database, measures, process_name("worker")))
        tasks.start("worker", worker.run())
        if autoscale:
            worker.slots = autoscale.fewest
            tasks.start("scale", worker.keep_scaling(Autoscale(autoscale)))
        tasks.start("presence", keep_reporting(parts.database, worker, link, grace_seconds=settings.grace_seconds))
        tasks.start("log level", keep_log_level(parts.database, settings.log_level, tell=link.set_log_level))
        tasks.start("engines", keep_surveying(link, settings.worker_engines))
        runtimes = [runtime.name for runtime in link.known_runtimes]
        ear = Ear(
            parts.celery,
            parts.redis,
            name=worker.name,
            offer=worker.terms.offer(link.known_runtimes, link.drivers),
            answer=worker.answer,
            hear_cancellation=worker.hear_cancellation,
        )
        await stack.enter_async_context(ear)
        announce(runtimes)
        await tasks.until(stopping)
        _log.info("draining", running=worker.running, grace_seconds=settings.grace_seconds)
        await worker.drain(settings.grace_seconds)
        await leave(parts.database, worker)
        return await stopping.wait()


async def _comes_up(link: ExecutorLink, stopping: Stopping) -> bool:
    connected, asked = asyncio.ensure_future(link.connected()), asyncio.ensure_future(stopping.wait())
    done, pending = await asyncio.wait({connected, asked}, return_when=asyncio.FIRST_COMPLETED)
    for waiting in pending:
        waiting.cancel()
    return asked not in done
