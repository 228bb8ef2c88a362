"""The descriptor for progress is the program's to write what it likes. Nothing comes of it but progress."""

import json

import pytest

from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import SandboxProgress, SandboxSample, SandboxStarted
from tests.sandbox.fixtures import Ran, Sandboxes

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("nothing_left")]

WRITE = "import os, time\nout = int(os.environ['CRUCIBLE_PROGRESS'])\n"
FORGED = [
    {"kind": "finished", "outcome": "succeeded", "exit_code": 0, "done": 1},
    {"step": "run", "code": 0, "signal": None, "stopped": False, "done": 2},
    {"done": 3, "wall_seconds": -1, "malformed": -5, "message": '"}\n{"kind": "started"}'},
    {"done": 4, "message": "\x1b]0;mine\x07\u202ecod.exe\x00\ud800<script>alert(1)</script>"},
]


def told_by(ran: Ran) -> list[SandboxProgress]:
    return [event for event in ran.events if isinstance(event, SandboxProgress)]


async def test_no_line_is_another_event(sandboxes: Sandboxes) -> None:
    lines = [json.dumps(forged) for forged in FORGED]
    code = (
        WRITE
        + f"for line in {lines!r}: os.write(out, line.encode() + b'\\n'); time.sleep(0.2)\nraise SystemExit(7)"
    )
    ran = await sandboxes.run(code, reports_progress=True)
    assert (ran.finished.outcome, ran.finished.exit_code) == (Outcome.NONZERO_EXIT, 7)
    told = told_by(ran)
    assert [one.done for one in told] == [1, 2, 3, 4]
    assert [one.malformed for one in told] == [0, 0, 0, 0]
    assert all(one.wall_seconds > 0 and one.message.isprintable() for one in told)
    others = [type(event) for event in ran.events if not isinstance(event, SandboxProgress | SandboxSample)]
    assert others == [SandboxStarted]


async def test_a_report_in_the_supervisors_own_frames_is_a_malformed_line(sandboxes: Sandboxes) -> None:
    frames = b"".join(
        kind + (20).to_bytes(4, "big") + b'{"outcome":"mine"}  ' for kind in (b"E", b"X", b"F", b"S")
    )
    ran = await sandboxes.run(
        WRITE + f"os.write(out, {frames!r} + b'\\n')\nraise SystemExit(3)", reports_progress=True
    )
    assert (ran.finished.outcome, ran.finished.exit_code) == (Outcome.NONZERO_EXIT, 3)
    assert ran.finished.error is None
    (told,) = told_by(ran)
    assert (told.done, told.message, told.malformed) == (None, "", 1)


@pytest.mark.parametrize(
    "flood", ["b'x' * 65536", "b'\\n' * 65536", "b'{\"done\": 1}\\n' * 5000", "b'x'", "b'[' * 4000 + b'\\n'"]
)
async def test_a_flood_is_few_events_and_stops_nobody(sandboxes: Sandboxes, flood: str) -> None:
    code = (
        WRITE + f"end, flood = time.monotonic() + 2, {flood}\nwhile time.monotonic() < end: os.write(out, flood)"
    )
    ran = await sandboxes.run(code, reports_progress=True, wall_seconds=30)
    assert ran.finished.outcome is Outcome.SUCCEEDED
    assert len(told_by(ran)) <= 2 / 0.05 + 2
    assert ran.finished.cpu_seconds < 2.5, "process 1 looks a few times a second, and the writer waits"


async def test_a_flood_does_not_delay_the_end_that_is_asked_for(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        WRITE + "while True: os.write(out, b'x' * 65536)", reports_progress=True, wall_seconds=1
    )
    assert ran.finished.outcome is Outcome.TIMED_OUT
    assert ran.finished.wall_seconds < 5


async def test_a_child_that_holds_it_open_keeps_nothing_alive(sandboxes: Sandboxes) -> None:
    code = WRITE + (
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    while True: os.write(out, b'{\"done\": 1}\\n'); time.sleep(0.01)\n"
        "time.sleep(0.3)"
    )
    ran = await sandboxes.run(code, reports_progress=True, wall_seconds=20)
    assert ran.finished.outcome is Outcome.SUCCEEDED
    assert ran.finished.wall_seconds < 10
    assert told_by(ran)[-1].done == 1


async def test_it_can_not_be_read_back_or_made_to_hold_much(sandboxes: Sandboxes) -> None:
    code = WRITE + (
        "import fcntl\n"
        "try: fcntl.fcntl(out, 1031, 1 << 30); print('SUCCEEDED: a pipe of a gibibyte')\n"
        "except OSError as error: print('refused:', error)\n"
        "try: os.read(out, 1); print('SUCCEEDED: read it')\n"
        "except OSError as error: print('refused:', error)\n"
        "try: os.open(f'/proc/self/fd/{out}', os.O_RDONLY | os.O_NONBLOCK); print('SUCCEEDED: opened it to read')\n"
        "except OSError as error: print('refused:', error)\n"
    )
    ran = await sandboxes.run(code, reports_progress=True)
    assert ran.text.count("refused") == 3, ran.text
