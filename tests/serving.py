"""A whole server in a thread of the test: real HTTP, a real database, a fake executor in the real one's place.

Tests that need the real executor are in tests/end_to_end.
"""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from crucible.api.app import create_app
from crucible.api.collaborators import Collaborators
from crucible.blobs.file import FileBlobs
from crucible.database.database import Database
from crucible.database.migrate import migrate
from crucible.evaluations.check import Checks
from crucible.pipelines.settle import go_on
from crucible.queue.local import LocalDoorbell
from crucible.queue.worker import Worker
from crucible.roles.http_server import HttpServer
from crucible.roles.listener import listen, url_of
from crucible.settings import Settings
from crucible.stream.memory import InProcessEventStream
from tests.fake_executor import FakeExecutor, known_engines
from tests.tracing import WAITS_IN_GREENLETS
from tests.waiting import PATIENCE_SECONDS, meanwhile


@dataclass(slots=True, kw_only=True)
class Serving:
    """A server that answers at `url`, and what it works with."""

    url: str
    executor: FakeExecutor
    unready: dict[str, str] = field(default_factory=dict)
    collaborators: Collaborators | None = None
    http: HttpServer | None = None
    loop: asyncio.AbstractEventLoop | None = None
    worker: Worker | None = None


_apps: list[FastAPI] = []
"""Those that no server has at the moment. One works out each route when it is first asked, which takes a while."""


@contextmanager
def _app(collaborators: Collaborators) -> Iterator[FastAPI]:
    app = _apps.pop() if _apps else create_app(collaborators)
    app.state.collaborators = collaborators
    yield app
    _apps.append(app)


@contextmanager
def serving(
    data: Path, executor: FakeExecutor, *, busy_timeout_seconds: float = 5.0, database_url: str | None = None
) -> Iterator[Serving]:
    """Serve until the block ends; then everything that was started has ended."""
    settings = Settings(data=data, database_url=database_url)
    data.mkdir(exist_ok=True)
    migrate(settings.database_address)
    listener = listen("127.0.0.1", 0)
    server = Serving(url=url_of(listener), executor=executor)
    ready, stop = threading.Event(), asyncio.Event()
    failure: list[BaseException] = []

    async def run() -> None:
        database = await Database.open(settings.database_address, busy_timeout_seconds=busy_timeout_seconds)
        blobs, stream, doorbell = FileBlobs(settings.blobs_path), InProcessEventStream(), LocalDoorbell()
        worker = Worker(
            name="test",
            database=database,
            blobs=blobs,
            stream=stream,
            doorbell=doorbell,
            executor=executor,
            slots=4,
            go_on=partial(go_on, database, blobs, stream, doorbell),
        )

        server.worker = worker

        async def unready() -> dict[str, str]:
            return server.unready

        server.collaborators = Collaborators(
            database=database,
            blobs=blobs,
            stream=stream,
            doorbell=doorbell,
            runtimes=lambda: executor.runtimes,
            checks=Checks(executor),
            engines=known_engines,
            unready=unready,
            retention=settings.retention,
        )
        with _app(server.collaborators) as app:
            server.http = HttpServer(app)
            server.loop = asyncio.get_running_loop()
            working = asyncio.create_task(worker.run())
            answering = asyncio.create_task(server.http.answer(listener))
            await server.http.listening.wait()
            ready.set()
            await stop.wait()
            server.http.refuse()
            await worker.drain(0)
            server.http.finish()
            await asyncio.gather(working, answering)
        await database.close()

    def guarded(*_: Any) -> None:
        try:
            asyncio.run(run())
        except BaseException as error:  # noqa: BLE001 - told to the test below
            failure.append(error)
        finally:
            ready.set()

    with meanwhile(guarded, name=WAITS_IN_GREENLETS):
        try:
            if not ready.wait(PATIENCE_SECONDS):
                raise TimeoutError("the server does not answer")
            yield server
        finally:
            if server.loop is not None and not server.loop.is_closed():
                server.loop.call_soon_threadsafe(stop.set)
    if failure:
        raise failure[0]
