"""What a program tells of its progress: what is read of it, and that each engine hands it on."""

import asyncio
import json
import os
import select

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import SandboxEvent, SandboxProgress
from crucible.sandbox.progress import (
    LARGEST_NUMBER,
    LONGEST_LINE,
    LONGEST_MESSAGE,
    Progress,
    ProgressReader,
    parse,
)
from tests.sandbox.fixtures import Ran, Sandboxes

OPEN = "import os, json, time\nout = os.fdopen(int(os.environ['CRUCIBLE_PROGRESS']), 'w', buffering=1)\n"


class Told:
    """A reader whose clock stands unless a test moves it, and what it told."""

    def __init__(self) -> None:
        self.now = 0.0
        self.events: list[Progress] = []
        self.reader = ProgressReader(self.events.append, lambda: self.now)

    def hear(self, content: bytes) -> None:
        """Have it look once at what a program wrote."""
        os.write(self.reader.writable, content)
        self.reader.serve(self.reader.readable)

    def end(self) -> None:
        self.reader.let_go()
        self.reader.finish()

    @property
    def last(self) -> Progress:
        return self.events[-1]


def line(**said: object) -> bytes:
    return json.dumps(said).encode() + b"\n"


def told_by(ran: Ran) -> list[SandboxProgress]:
    return [event for event in ran.events if isinstance(event, SandboxProgress)]


def test_the_last_of_it_is_told_while_the_kernel_still_closes_what_a_program_held() -> None:
    told = Told()
    os.write(told.reader.writable, line(done=1) + b'{"done": 2}')
    told.reader.finish()
    assert told.last.done == 2
    told.reader.let_go()


@pytest.mark.parametrize(
    ("said", "means"),
    [
        (b'{"done": 3, "total": 10, "message": "epoch 3"}', (3, 10, "epoch 3")),
        (b'{"done": 0.5}', (0.5, None, "")),
        (b'{"message": "loads"}', (None, None, "loads")),
        (b'{"done": 11, "total": 10}', (11, 10, "")),
        (b'{"done": 0, "total": 0, "unknown": [1]}', (0, 0, "")),
        (b' {"done": 1, "total": null, "message": null} ', (1, None, "")),
    ],
)
def test_a_line_says_how_far_a_program_is(said: bytes, means: object) -> None:
    assert parse(said) == means


@pytest.mark.parametrize(
    "said",
    [
        *(b"3/10", b"[3, 10]", b'"half"', b"null", b"{", b"\xff\xfe", b"{}", b'{"total": 3}', b'{"message": ""}'),
        *(b'{"done": true}', b'{"done": "3"}', b'{"done": -1}', b'{"done": NaN}', b'{"done": Infinity}'),
        *(b'{"done": 1e999}', b'{"done": 1, "total": -1}', b'{"done": 1, "message": 7}'),
        b'{"done": %d}' % (LARGEST_NUMBER + 1),
        b'{"done": ' + b"1" * (LONGEST_LINE - 20) + b"}",
        b"[" * LONGEST_LINE,
        b'{"done": 1, "message": "' + b"m" * LONGEST_LINE + b'"}',
    ],
)
def test_anything_else_says_nothing(said: bytes) -> None:
    assert parse(said) is None


@given(st.text(st.characters(categories=("Lu", "Cc", "Cf", "Cs", "Co")), min_size=1))
def test_a_message_obeys_its_bounds_and_nobody_obeys_it(message: str) -> None:
    said = parse(json.dumps({"done": 1, "message": message[:500]}).encode())
    assert said is not None
    assert len(said[2]) <= LONGEST_MESSAGE
    assert said[2].isprintable()
    said[2].encode()


def test_each_line_replaces_the_one_before_and_the_last_of_a_look_is_told() -> None:
    told = Told()
    told.hear(line(done=1, message="one") + line(done=2) + b'{"done"')
    told.hear(b": 3}\n")
    told.end()
    assert [(one.done, one.message) for one in told.events] == [(2, ""), (3, "")]


def test_what_is_malformed_is_counted_and_changes_nothing_else() -> None:
    told = Told()
    told.hear(line(done=1, total=2) + b"what?\n\n" + b"x" * 3 * LONGEST_LINE + b"\n")
    assert told.events == [Progress(1, 2, "", malformed=2, wall_seconds=0.0)]
    told.end()


def test_a_line_without_an_end_is_read_when_the_program_has_ended() -> None:
    told = Told()
    told.hear(b'{"done": 5}')
    assert told.events == []
    told.end()
    assert told.last.done == 5


def test_nothing_is_told_where_nothing_was_said() -> None:
    told = Told()
    told.hear(b"\n \n")
    told.end()
    assert told.events == []


def test_it_looks_rarely_and_the_more_so_the_longer_it_lasts() -> None:
    told, poll = Told(), select.poll()
    assert told.reader.watch(poll, None) is None
    told.hear(line(done=1))
    poll.unregister(told.reader.readable)
    assert told.reader.watch(poll, None) == 51
    assert told.reader.watch(poll, 20) == 20
    told.now = 3600.0
    assert told.reader.watch(poll, 20) == 20
    assert poll.poll(0) == []
    told.hear(line(done=2))
    poll.unregister(told.reader.readable)
    assert told.reader.watch(poll, None) == 1801
    told.end()


def test_of_a_flood_the_end_is_read() -> None:
    told = Told()
    told.hear(b"x\n" * 10_000 + line(done=7))
    assert told.last == Progress(7, None, "", malformed=99, wall_seconds=0.0)
    told.end()


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.usefixtures("nothing_left")
class TestEachEngine:
    """What a program says arrives while it runs."""

    async def test_progress_is_told_while_the_program_runs(self, sandboxes: Sandboxes) -> None:
        seen = asyncio.Event()

        def look(event: SandboxEvent) -> None:
            if isinstance(event, SandboxProgress):
                seen.set()

        code = OPEN + "print(json.dumps({'done': 1, 'total': 2, 'message': 'half'}), file=out)\ntime.sleep(60)"
        cancelled = asyncio.Event()
        running = asyncio.create_task(
            sandboxes.run(code, reports_progress=True, cancelled=cancelled, on_event=look, wall_seconds=50)
        )
        async with asyncio.timeout(40):
            await seen.wait()
        cancelled.set()
        (told,) = told_by(await running)
        assert (told.done, told.total, told.message, told.malformed) == (1, 2, "half", 0)
        assert 0 < told.wall_seconds < 40

    async def test_what_is_said_last_is_told_though_the_program_ends_at_once(self, sandboxes: Sandboxes) -> None:
        code = OPEN + "for i in range(1000): print(json.dumps({'done': i, 'total': 999}), file=out)"
        ran = await sandboxes.run(code, reports_progress=True)
        assert ran.finished.outcome is Outcome.SUCCEEDED
        assert told_by(ran)[-1].done == 999

    @pytest.mark.parametrize(
        ("runtime", "code"),
        [
            ("bash", """echo '{"done": 4}' >&$CRUCIBLE_PROGRESS"""),
            ("javascript", """require("fs").writeSync(+process.env.CRUCIBLE_PROGRESS, '{"done": 4}\\n')"""),
            (
                "c",
                (
                    "#include <stdio.h>\n#include <stdlib.h>\nint main(void)"
                    '{ dprintf(atoi(getenv("CRUCIBLE_PROGRESS")), "{\\"done\\": 4}\\n"); }'
                ),
            ),
        ],
    )
    async def test_any_language_can_tell_it(self, sandboxes: Sandboxes, runtime: str, code: str) -> None:
        ran = await sandboxes.run(code, runtime, reports_progress=True)
        assert ran.finished.outcome is Outcome.SUCCEEDED, ran.output("stderr")
        assert told_by(ran)[-1].done == 4

    async def test_who_did_not_ask_has_no_descriptor_and_no_variable(self, sandboxes: Sandboxes) -> None:
        ran = await sandboxes.run(
            "import os\n"
            "for number in range(3, 100):\n"
            "    try: os.write(number, b'{\"done\": 1}\\n'); print('wrote', number)\n"
            "    except OSError: pass\n"
            "print(os.environ.get('CRUCIBLE_PROGRESS'))\n"
        )
        assert ran.text == "None\n"
        assert told_by(ran) == []
