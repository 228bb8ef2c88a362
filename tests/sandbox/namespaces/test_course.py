"""Ordinary programs take the ordinary course, in which process 1 is no interpreter; whatever isn't leaves it."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from crucible.domain.limits import MIB
from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import SandboxEvent, SandboxOutput
from crucible.sandbox import report
from crucible.sandbox.namespaces import driver
from crucible.sandbox.plan import Work
from crucible.sandbox.standing import Standing
from tests.sandbox.fixtures import Sandboxes, on_engine

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.usefixtures("nothing_left"),
    on_engine("namespaces"),
]

ORDINARY = {
    "nothing": ("pass", 0),
    "an exit code": ("raise SystemExit(7)", 7),
    "a mistake": ("1 / 0", 1),
    "a signal": ("import os; os.kill(os.getpid(), 9)", "SIGKILL"),
    "its time": ("import time; time.sleep(0.05)", 0),
    "much output": ("print('x' * 500_000)", 0),
    "its own file read": ("open('main.py').read()", 0),
    "a file of others' names": ("import ctypes; ctypes.CDLL(None).prctl(15, b') R 1 1 (', 0, 0, 0)", 0),
    "threads": ("import threading; t = threading.Thread(target=print); t.start(); t.join()", 0),
    "a child that it waits for": ("import os\nif os.fork() == 0: os._exit(0)\nos.wait()", 0),
    "a file that is gone": ("import os; open('/tmp/a', 'w').close(); os.remove('/tmp/a')", 0),
}
LEFT = {
    "a file": ("open('left', 'w').write('x')", {"left": b"x"}),
    "a changed input": ("open('main.py', 'a').write('# more')", None),
    "an input of another's place": ("import os; os.rename('main.py', 'other.py')", None),
    "a folder": ("import os; os.mkdir('empty')", {}),
    "an attempt": ("import socket\ntry: socket.create_connection(('127.0.0.1', 9))\nexcept OSError: pass", {}),
    "a child that outlives it": ("import os, time\nif os.fork() == 0: time.sleep(60)", {}),
}


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What was told of ends that no Python of process 1 has seen."""
    ends: list[bytes] = []
    understood = report.ordinary_end

    def count(content: bytes) -> dict[str, object]:
        ends.append(content)
        return understood(content)

    monkeypatch.setattr(report, "ordinary_end", count)
    return ends


@pytest.mark.parametrize("what", ORDINARY)
async def test_an_ordinary_program_is_seen_from_begin_to_end_without_an_interpreter(
    sandboxes: Sandboxes, told: list[bytes], what: str
) -> None:
    code, expected = ORDINARY[what]
    ran = await sandboxes.run(code)
    assert expected in {ran.finished.exit_code, ran.finished.signal}, ran
    assert len(told) == 1
    assert 0 < ran.finished.wall_seconds < 5


async def test_so_is_one_that_an_exec_starts(sandboxes: Sandboxes, told: list[bytes]) -> None:
    ran = await sandboxes.run("print('hello'); raise SystemExit(3)", fresh=True)
    assert (ran.text, ran.finished.exit_code, len(told)) == ("hello\n", 3, 1)


@pytest.mark.parametrize("what", LEFT)
async def test_what_is_not_ordinary_is_seen_by_one(sandboxes: Sandboxes, told: list[bytes], what: str) -> None:
    code, files = LEFT[what]
    ran = await sandboxes.run(code)
    assert ran.finished.outcome is Outcome.SUCCEEDED, ran
    assert not told
    if files is not None:
        assert ran.files == files
    else:
        assert ran.files


@pytest.mark.parametrize(
    "more",
    [{"disk_bytes": 64 * MIB}, {"files": {"data": b"x"}}, {"files": {"a/b": b"x"}}, {"reports_progress": True}],
)
async def test_neither_is_what_was_asked_for_besides(
    sandboxes: Sandboxes, told: list[bytes], more: dict[str, object]
) -> None:
    ran = await sandboxes.run("pass", **more)
    assert (ran.finished.outcome, told) == (Outcome.SUCCEEDED, [])


async def test_nor_a_program_that_is_compiled(sandboxes: Sandboxes, told: list[bytes]) -> None:
    """Which has another process made that waits, by the same tape."""
    ran = await sandboxes.run("int main(void) { return 5; }", "c")
    assert (ran.finished.exit_code, told) == (5, [])


@pytest.mark.parametrize("seconds", [0.0, 0.2])
async def test_whoever_asks_for_an_end_gets_it(sandboxes: Sandboxes, told: list[bytes], seconds: float) -> None:
    cancelled = asyncio.Event()

    def cancel(event: SandboxEvent) -> None:
        if isinstance(event, SandboxOutput):
            asyncio.get_running_loop().call_later(seconds, cancelled.set)

    code = "open('left', 'w').write('x')\nprint('on', flush=True)\nwhile True: pass"
    ran = await sandboxes.run(code, cancelled=cancelled, on_event=cancel)
    assert (ran.finished.outcome, ran.files, told) == (Outcome.CANCELLED, {"left": b"x"}, [])


async def test_whoever_was_to_become_the_program_and_is_gone_is_our_fault(
    sandboxes: Sandboxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And said: a program that never began has not ended by a signal."""
    give = driver._give

    def give_nobody(standing: Standing, work: tuple[Work, list[bytes]], stdin: bytes) -> tuple[int, int]:
        (waiting,) = filter(_is_second, map(int, Path(standing.group.entrances[0]).read_text().split()))
        os.kill(waiting, signal.SIGKILL)
        while _is_second(waiting):
            os.sched_yield()
        return give(standing, work, stdin)

    monkeypatch.setattr(driver, "_give", give_nobody)
    ran = await sandboxes.run("pass")
    assert (ran.finished.outcome, ran.finished.signal) == (Outcome.SANDBOX_ERROR, None)
    assert "the process that waited for a program is gone" in (ran.finished.error or "")


def _is_second(process: int) -> bool:
    """Tell whether it is a sandbox's second process, and alive."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except FileNotFoundError:
        return False
    about = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
    return about["NSpid"].split()[-1] == "2" and not about["State"].startswith("Z")
