"""The server's roles stand and fall together. Its ordinary life is in tests/end_to_end."""

import sys
from pathlib import Path

import pytest

from crucible.database.migrate import migrate
from crucible.embedded.executor_process import ExecutorProcess
from crucible.embedded.server import serve
from crucible.queue.worker import Worker
from crucible.roles.errors import CannotStartError
from crucible.roles.listener import listen
from crucible.settings import Settings


def announce(_runtimes: object) -> None:
    pass


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(data=tmp_path)
    migrate(made.database_address)
    return made


async def test_an_executor_that_can_not_run_here_is_a_reason_not_to_start(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: ExecutorProcess, _socket: Path, _images: Path) -> None:
        start(self, _socket, _images)
        self._command = (sys.executable, "-c", "raise SystemExit(1)")

    start = ExecutorProcess.__init__
    monkeypatch.setattr(ExecutorProcess, "__init__", fail)
    with listen("127.0.0.1", 0) as listener, pytest.raises(CannotStartError, match="crucible doctor"):
        await serve(settings, listener, announce)


async def test_a_role_that_ends_takes_the_server_with_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ends(_self: Worker) -> None:
        return

    monkeypatch.setattr(Worker, "run", ends)
    with listen("127.0.0.1", 0) as listener, pytest.raises(RuntimeError, match="the worker ended"):
        await serve(settings, listener, announce)
