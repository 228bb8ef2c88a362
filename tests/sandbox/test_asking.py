"""What a program of the host answers, and that none of it is waited for longer than was said."""

import os
import signal
from pathlib import Path

import pytest

from crucible.sandbox.asking import ask


async def answer(script: str, *, seconds: float = 60.0, errors: bool = False) -> tuple[int, bytes]:
    return await ask(["/bin/sh", "-c", script], seconds=seconds, environment={"PATH": os.defpath}, errors=errors)


async def test_its_exit_code_and_what_it_printed_are_the_answer() -> None:
    assert await answer("echo one; echo two >&2; exit 3") == (3, b"one\n")
    assert await answer("echo one; echo two >&2", errors=True) == (0, b"one\ntwo\n")


async def test_what_it_leaves_running_with_its_output_open_is_not_waited_for() -> None:
    code, said = await answer("sleep 1000 & echo $!")
    os.kill(int(said), signal.SIGKILL)
    assert code == 0


async def test_one_that_does_not_end_is_killed_with_what_it_started(tmp_path: Path) -> None:
    started = tmp_path / "started"
    os.mkfifo(started)
    reading = os.open(started, os.O_RDONLY | os.O_NONBLOCK)
    with pytest.raises(TimeoutError):
        await answer(f"exec 3>{started}; sleep 1000 & sleep 1000", seconds=0.5)
    os.set_blocking(reading, True)
    assert os.read(reading, 1) == b""
    os.close(reading)
