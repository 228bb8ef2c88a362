"""The executor's process is given nothing, kept alive, and ended."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from crucible.embedded.executor_process import ExecutorProcess, scrubbed


def test_the_executor_learns_nothing_that_could_be_a_secret() -> None:
    environment = {
        "PATH": "/bin",
        "AWS_SECRET_ACCESS_KEY": "s",
        "CRUCIBLE_DATA": "/d",
        "DATABASE_URL": "p",
        "LANG": "C",
    }
    assert scrubbed(environment) == {"PATH": "/bin", "LANG": "C"}


def standing_in(tmp_path: Path, program: str) -> ExecutorProcess:
    """Return a keeper of a program that leaves a line at each start; the real one is in tests/end_to_end."""
    process = ExecutorProcess(tmp_path / "executor.sock", tmp_path / "images")
    record = f"open({str(tmp_path / 'starts')!r}, 'a').write('x')\n"
    process._command = (sys.executable, "-c", record + program)
    return process


async def starts(tmp_path: Path, count: int) -> None:
    record = tmp_path / "starts"
    while not record.exists() or len(record.read_text()) < count:  # noqa: ASYNC110 - another process writes it
        await asyncio.sleep(0.02)


async def test_what_dies_is_started_again(tmp_path: Path) -> None:
    process = standing_in(tmp_path, "raise SystemExit(3)")
    keeping = asyncio.create_task(process.keep())
    await starts(tmp_path, 3)
    assert process.ended.is_set()
    keeping.cancel()
    await asyncio.wait({keeping})


async def test_what_runs_is_stopped_with_its_keeper(tmp_path: Path) -> None:
    process = standing_in(tmp_path, "import time; time.sleep(60)")
    keeping = asyncio.create_task(process.keep())
    await starts(tmp_path, 1)
    keeping.cancel()
    await asyncio.wait({keeping})
    assert process._process is not None
    assert process._process.returncode == -15
    process.kill()


async def test_what_does_not_stop_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crucible.embedded.executor_process._STOP_SECONDS", 0.1)
    ready = tmp_path / "deaf"
    process = standing_in(
        tmp_path,
        f"import signal, time; signal.signal(15, signal.SIG_IGN); open({str(ready)!r}, 'w'); time.sleep(60)",
    )
    keeping = asyncio.create_task(process.keep())
    while not ready.exists():  # noqa: ASYNC110 - another process makes it
        await asyncio.sleep(0.02)
    keeping.cancel()
    await asyncio.wait({keeping})
    assert process._process is not None
    assert process._process.returncode == -9


async def test_it_can_be_ended_at_once(tmp_path: Path) -> None:
    process = standing_in(tmp_path, "import time; time.sleep(60)")
    keeping = asyncio.create_task(process.keep())
    await starts(tmp_path, 1)
    process.kill()
    await process.ended.wait()
    keeping.cancel()
    await asyncio.wait({keeping})


async def test_what_was_started_ahead_is_what_is_kept(tmp_path: Path) -> None:
    with standing_in(tmp_path, "import time; time.sleep(60)") as process:
        await starts(tmp_path, 1)
        keeping = asyncio.create_task(process.keep())
        process.kill()
        await starts(tmp_path, 2)
        keeping.cancel()
        await asyncio.wait({keeping})


@pytest.mark.parametrize(("hears", "code"), [(True, -15), (False, -9)])
async def test_what_was_started_ahead_for_nobody_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, hears: bool, code: int
) -> None:
    monkeypatch.setattr("crucible.embedded.executor_process._STOP_SECONDS", 0.1 if not hears else 5.0)
    ignoring = "" if hears else "import signal; signal.signal(15, signal.SIG_IGN)\n"
    process = standing_in(tmp_path, "import time; time.sleep(60)")
    process._command = (*process._command[:-1], ignoring + process._command[-1])
    with process:
        await starts(tmp_path, 1)
        assert process._process is not None
    assert process._process.returncode == code


def test_an_executor_whose_server_ended_before_it_could_ask_to_be_told_ends(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "crucible", "executor", "--socket", str(tmp_path / "s"), "--with-parent", "1"]
    assert subprocess.run(command, timeout=60, check=False).returncode == 0
    assert not (tmp_path / "s").exists()
