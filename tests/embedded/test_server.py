"""The server's roles stand and fall together. Its ordinary life is in tests/end_to_end."""

import asyncio
import gc
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from crucible.blobs.file import FileBlobs
from crucible.blobs.store import prefix_of_all
from crucible.database.database import Database
from crucible.database.migrate import migrate
from crucible.domain.evaluation import INLINE_OUTPUT_BYTES, Submission
from crucible.domain.limits import Limits
from crucible.domain.principal import LOCAL_OWNER
from crucible.embedded.executor_process import ExecutorProcess
from crucible.embedded.server import serve
from crucible.evaluations.delete import delete
from crucible.queue.worker import Worker
from crucible.roles.errors import CannotStartError
from crucible.roles.listener import listen
from crucible.settings import Settings
from crucible.stream.memory import InProcessEventStream
from tests.evaluations.steps import finished, held
from tests.fake_executor import STARTED, SUCCEEDED, stdout
from tests.waiting import until


def announce(_runtimes: object) -> None:
    pass


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(data=tmp_path)
    migrate(made.database_address)
    return made


def standing_in(settings: Settings, program: str) -> ExecutorProcess:
    """Return an executor's process that runs this instead."""
    process = ExecutorProcess(settings.executor_socket, settings.images_path)
    process._command = (sys.executable, "-c", program)
    return process


async def test_an_executor_that_can_not_run_here_is_a_reason_not_to_start(settings: Settings) -> None:
    executor = standing_in(settings, "raise SystemExit(1)")
    with listen("127.0.0.1", 0) as listener, pytest.raises(CannotStartError, match="crucible doctor"):
        await serve(settings, listener, executor, announce)


async def test_the_end_while_it_starts_leaves_no_complaint(settings: Settings) -> None:
    complaints: list[dict[str, Any]] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: complaints.append(context))
    executor = standing_in(settings, "import time; time.sleep(600)")
    with listen("127.0.0.1", 0) as listener:
        loop.call_later(0.2, os.kill, os.getpid(), signal.SIGTERM)
        assert await serve(settings, listener, executor, announce) is signal.SIGTERM
    gc.collect()
    await asyncio.sleep(0)
    assert complaints == []


async def test_a_role_that_ends_takes_the_server_with_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ends(_self: Worker) -> None:
        return

    monkeypatch.setattr(Worker, "run", ends)
    executor = ExecutorProcess(settings.executor_socket, settings.images_path)
    with listen("127.0.0.1", 0) as listener, pytest.raises(RuntimeError, match="the worker ended"):
        await serve(settings, listener, executor, announce)


async def test_a_server_removes_what_is_due_by_itself(settings: Settings) -> None:
    blobs = FileBlobs(settings.blobs_path)
    database = await Database.open(settings.database_address)
    one = await held(database, Submission(code="x", limits=Limits(output_bytes=1 << 20)))
    printed = stdout(b"o" * (INLINE_OUTPUT_BYTES + 1))
    await finished(database, blobs, InProcessEventStream(), one, STARTED, printed, SUCCEEDED)
    await delete(database, LOCAL_OWNER, one.evaluation_id)
    await database.close()
    executor = standing_in(settings, "import time; time.sleep(600)")
    at_once = settings.model_copy(update={"retention_deleted_days": 0.0})
    folder = settings.blobs_path / prefix_of_all(one.evaluation_id)
    assert folder.exists()

    async def is_gone() -> bool:
        return not folder.exists()

    with listen("127.0.0.1", 0) as listener:
        serving = asyncio.create_task(serve(at_once, listener, executor, announce))
        await until(is_gone)
        os.kill(os.getpid(), signal.SIGTERM)
        assert await serving is signal.SIGTERM
