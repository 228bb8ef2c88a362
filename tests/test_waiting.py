"""What tests wait with comes back, whatever becomes of what they wait for."""

import asyncio
import signal
import subprocess
import sys
import threading

import pytest

from tests import waiting
from tests.waiting import beside, ended, meanwhile


def test_a_process_beside_a_block_that_fails_is_killed() -> None:
    process = subprocess.Popen(["/bin/sleep", "1000"])
    with pytest.raises(AssertionError, match="the test's own"), beside(process):
        raise AssertionError("the test's own")
    assert process.returncode == -signal.SIGKILL


async def test_a_process_that_does_not_end_when_it_is_asked_to_is_killed_and_told_of(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(waiting, "PATIENCE_SECONDS", 0.1)
    deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); print(flush=True); time.sleep(1000)"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", deaf, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    await process.stdout.readline()
    with pytest.raises(TimeoutError):
        await ended(process)
    assert await process.wait() == -signal.SIGKILL


def test_work_that_goes_on_after_the_block_fails_it() -> None:
    enough = threading.Event()
    with pytest.raises(TimeoutError, match="still goes on"), meanwhile(enough.wait, seconds=0.05):
        pass
    enough.set()


def test_work_is_done_when_the_block_is_left() -> None:
    done: list[int] = []
    with meanwhile(done.append, 1):
        pass
    assert done == [1]
