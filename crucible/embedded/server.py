"""Starts all roles, stays while each of them lives, and ends them in the order in which nothing is lost."""

import asyncio
import signal
import socket
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from typing import Any

import structlog

from crucible.api.app import create_app
from crucible.api.collaborators import Collaborators
from crucible.batches.settle import keep_settling
from crucible.database.database import Database
from crucible.domain.errors import ExecutorUnavailableError, StorageUnavailableError
from crucible.domain.measure import Measures
from crucible.domain.sandbox import RuntimeReport
from crucible.domain.worker import WorkerState
from crucible.embedded.executor_process import ExecutorProcess
from crucible.evaluations.check import Checks
from crucible.evaluations.reap import reap
from crucible.evaluations.remove import keep_removing
from crucible.evaluations.requeue import Patience
from crucible.executor.link import ExecutorLink
from crucible.operations.tally import keep_tallying
from crucible.pipelines.settle import keep_advancing
from crucible.queue.reaper import keep_reaping
from crucible.queue.worker import Worker
from crucible.roles.errors import CannotStartError
from crucible.roles.http_server import HttpServer
from crucible.roles.log_level import keep_log_level
from crucible.roles.making import caps_of, make_worker
from crucible.roles.measuring import keep_measuring, process_name
from crucible.roles.parts import parts_of_one_process
from crucible.roles.presence import keep_reporting, keep_surveying, leave
from crucible.roles.stopping import Stopping
from crucible.roles.tasks import RoleTasks
from crucible.schedules.fire import keep_firing
from crucible.sessions.reconcile import keep_reconciling
from crucible.settings import Settings
from crucible.webhooks.delivering import keep_delivering

Announce = Callable[[Sequence[RuntimeReport]], None]
_UNTIL_SURVEYED_SECONDS = 5.0
"""Until its worker learns which engines there are: who starts this wants to run a first program meanwhile."""
_log = structlog.stdlib.get_logger(__name__)


async def serve(
    settings: Settings, listener: socket.socket, executor: ExecutorProcess, announce: Announce
) -> signal.Signals:
    """Run every role until a signal asks for the end; return which. `announce` is called once all of it works.

    Raises CannotStartError where the executor can't run here.
    """
    async with AsyncExitStack() as stack:
        stopping = stack.enter_context(Stopping(at_once=executor.kill))
        tasks = RoleTasks(stack)
        tasks.start("executor", executor.keep())
        parts = await stack.enter_async_context(parts_of_one_process(settings))
        database, blobs, stream, doorbell = parts.database, parts.blobs, parts.stream, parts.doorbell
        link = await stack.enter_async_context(ExecutorLink(executor.socket))
        patience = Patience(attempts=settings.infrastructure_attempts)
        alone = settings.database_url is None
        await reap(database, blobs, stream, patience=patience, everything=alone)
        measures = Measures()
        worker = make_worker(settings, parts, link, doorbell, measures=measures)
        working = tasks.start("worker", worker.run())
        tasks.start(
            "reaper",
            keep_reaping(
                database,
                blobs,
                stream,
                doorbell,
                lambda: link.runtimes,
                lease_seconds=settings.lease_seconds,
                patience=patience,
                measures=measures,
            ),
        )
        tasks.start("schedules", keep_firing(database, doorbell))
        tasks.start("tallies", keep_tallying(database))
        removing = keep_removing(database, blobs, settings.retention, measures, knows_all_blobs=alone)
        tasks.start("retention", removing)
        tasks.start("batches", keep_settling(database, doorbell, stream))
        tasks.start("pipelines", keep_advancing(database, blobs, stream, doorbell))
        tasks.start("measures", keep_measuring(database, measures, process_name("up")))
        tasks.start("presence", keep_reporting(database, worker, link, grace_seconds=settings.grace_seconds))
        tasks.start("log level", keep_log_level(database, settings.log_level, tell=link.set_log_level))
        tasks.start("sessions", keep_reconciling(database, link))
        tasks.start("notifications", keep_delivering(database, settings.webhook_networks))

        async def unready() -> dict[str, str]:
            return await _unready(database, link, worker, working)

        app = create_app(
            Collaborators(
                database=database,
                blobs=blobs,
                stream=stream,
                doorbell=doorbell,
                runtimes=lambda: _known_runtimes(link),
                engines=link.survey,
                sessions=link,
                checks=Checks(link),
                unready=unready,
                caps=caps_of(settings),
                webhook_networks=settings.webhook_networks,
                retention=settings.retention,
            ),
            allowed_hosts=settings.allowed_hosts,
        )
        http = HttpServer(app)
        answering = tasks.start("http", http.answer(listener))
        if await _comes_up(link, executor, http, stopping):
            surveying = keep_surveying(link, settings.worker_engines, after_seconds=_UNTIL_SURVEYED_SECONDS)
            tasks.start("engines", surveying)
            announce(link.known_runtimes)
            await tasks.until(stopping)
        http.refuse()
        await worker.drain(settings.grace_seconds)
        await leave(database, worker)
        http.finish()
        await answering
        return await stopping.wait()


async def _comes_up(link: ExecutorLink, executor: ExecutorProcess, http: HttpServer, stopping: Stopping) -> bool:
    """Wait until everything works; False where the end was asked for first. Raises CannotStartError."""

    async def all_work() -> None:
        await link.connected()
        await http.listening.wait()

    working = asyncio.create_task(all_work())
    failed = asyncio.create_task(executor.ended.wait())
    asked = asyncio.create_task(stopping.wait())
    awaited: set[asyncio.Task[Any]] = {working, failed, asked}
    done, pending = await asyncio.wait(awaited, return_when=asyncio.FIRST_COMPLETED)
    for waiting in pending:
        waiting.cancel()
    if failed in done:
        raise CannotStartError(
            "the executor can't run here, as it says above; `crucible doctor` tells what mends it"
        )
    return asked not in done


def _known_runtimes(link: ExecutorLink) -> Sequence[RuntimeReport]:
    if not link.known_runtimes:
        raise ExecutorUnavailableError("the executor has not told yet what it can run", retry_after_seconds=1)
    return link.known_runtimes


async def _unready(
    database: Database, link: ExecutorLink, worker: Worker, working: "asyncio.Task[None]"
) -> dict[str, str]:
    parts: dict[str, str] = {}
    try:
        await database.check()
    except StorageUnavailableError as error:
        parts["database"] = error.detail
    if not link.is_connected:
        parts["executor"] = link.refusal
    elif (reason := worker.terms.offer(link.known_runtimes, link.drivers).standstill) is not None:
        parts["sandbox"] = reason
    if working.done():
        parts["worker"] = "it stopped"
    elif worker.state is not WorkerState.WORKING:
        parts["worker"] = f"it is {worker.state}, as it was asked to be: `crucible resume` undoes that"
    return parts
