"""`crucible serve`: the HTTP API, before workers elsewhere."""

import signal
import socket
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

from redis.exceptions import RedisError

from crucible.api.app import create_app
from crucible.api.collaborators import Collaborators
from crucible.domain.errors import StorageUnavailableError
from crucible.evaluations.check import Checks
from crucible.executor.link import ExecutorLink
from crucible.roles.http_server import HttpServer
from crucible.roles.known_workers import KnownWorkers
from crucible.roles.log_level import keep_log_level
from crucible.roles.making import caps_of
from crucible.roles.shared import SharedParts, shared_parts
from crucible.roles.stopping import Stopping
from crucible.roles.tasks import RoleTasks
from crucible.sessions.reconcile import keep_reconciling
from crucible.settings import Settings


async def serve(
    settings: Settings, listener: socket.socket, announce: Callable[[], None], *, executor: Path | None = None
) -> signal.Signals:
    """Answer until a signal asks for the end; return which. `announce` is called once requests are answered.

    `executor`: where one listens that holds sessions. Without it there are none here, and whoever asks is told.
    """
    async with AsyncExitStack() as stack:
        stopping = stack.enter_context(Stopping(at_once=lambda: None))
        parts = await stack.enter_async_context(shared_parts(settings, "serve"))
        tasks = RoleTasks(stack)
        known = KnownWorkers(parts.database)
        await known.read()
        tasks.start("list of workers", known.keep())
        tasks.start("log level", keep_log_level(parts.database, settings.log_level))

        link = await stack.enter_async_context(ExecutorLink(executor)) if executor else None
        if link is not None:
            tasks.start("sessions", keep_reconciling(parts.database, link))

        async def unready() -> dict[str, str]:
            return await _unready(parts, known)

        collaborators = Collaborators(
            database=parts.database,
            blobs=parts.blobs,
            stream=parts.stream,
            doorbell=parts.doorbell,
            runtimes=known.accepted,
            engines=known.engines,
            unready=unready,
            caps=caps_of(settings),
            webhook_networks=settings.webhook_networks,
            retention=settings.retention,
            sessions=link,
            checks=Checks(link) if link else None,
        )
        http = HttpServer(create_app(collaborators, allowed_hosts=settings.allowed_hosts))
        answering = tasks.start("http", http.answer(listener))
        await http.listening.wait()
        announce()
        await tasks.until(stopping)
        http.refuse()
        http.finish()
        await answering
        return await stopping.wait()


async def _unready(parts: SharedParts, known: KnownWorkers) -> dict[str, str]:
    unready: dict[str, str] = {}
    try:
        await parts.database.check()
    except StorageUnavailableError as error:
        unready["database"] = error.detail
    try:
        await parts.redis.ping()
    except (RedisError, OSError):
        unready["redis"] = "it does not answer: evaluations are acknowledged, start later and are not seen live"
    if not known.any_alive:
        unready["worker"] = "none was heard of lately"
    elif (reason := known.standstill) is not None:
        unready["sandbox"] = reason
    return unready
