"""Each command against a real server."""

import asyncio
import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from crucible.client import Crucible, Submission
from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import SandboxEvent, SandboxFinished, SandboxSpec
from tests.api.test_evaluations import prolific, sleepy
from tests.cli.conftest import Command
from tests.fake_executor import STARTED, Gate, attempt, curious, hello, says, stdout, tries
from tests.serving import Serving
from tests.waiting import PATIENCE_SECONDS, meanwhile


@pytest.fixture
def program(tmp_path: Path) -> str:
    path = tmp_path / "program.py"
    path.write_text("print(1)")
    return str(path)


def ends(finished: SandboxFinished) -> object:
    async def script(_spec: SandboxSpec) -> AsyncIterator[SandboxEvent]:
        yield STARTED
        yield finished

    return script


def test_run_passes_every_byte_on_and_ends_as_the_program(server: Serving, command: Command, program: str) -> None:
    server.executor.script = prolific
    done = command("run", program)
    assert (done.code, done.out) == (0, b"0123456789")
    assert "succeeded" in done.err


def test_run_hands_in_all_that_it_was_given(
    server: Serving, command: Command, program: str, tmp_path: Path
) -> None:
    (tmp_path / "in").write_text("input")
    (tmp_path / "data").joinpath("x").write_bytes(b"\xff")
    words = [
        "run",
        program,
        "-r",
        "bash",
        "--stdin",
        str(tmp_path / "in"),
        "-e",
        "A=b=c",
        "-l",
        "study=a",
        "-l",
        "flag",
    ]
    words += ["--file", f"{tmp_path / 'data' / 'x'}=dir/y", "--wall", "5", "--cpu", "4", "--memory", "64M"]
    words += [
        "--processes",
        "3",
        "--disk",
        "1M",
        "--output",
        "1K",
        "--priority",
        "high",
        "-q",
        "--",
        "--one",
        "two",
    ]
    done = command(*words)
    assert (done.code, done.err) == (0, "")
    (spec,) = server.executor.specs
    assert (spec.runtime, spec.stdin, spec.env, spec.argv) == ("bash", b"input", {"A": "b=c"}, ("--one", "two"))
    assert spec.files == {"dir/y": b"\xff"}
    limits = spec.limits
    assert (limits.wall_seconds, limits.cpu_seconds, limits.memory_bytes) == (5, 4, 64 * 1024 * 1024)
    assert (limits.processes, limits.disk_bytes, limits.output_bytes) == (3, 1024 * 1024, 1024)
    with Crucible(server.url) as crucible:
        (one,) = crucible.evaluations()
    assert (one.labels, one.priority) == ({"study": "a", "flag": ""}, "high")


@pytest.mark.parametrize(
    ("finished", "code"),
    [
        (SandboxFinished(outcome=Outcome.NONZERO_EXIT, exit_code=3), 3),
        (SandboxFinished(outcome=Outcome.KILLED_BY_SIGNAL, signal="SIGSEGV"), 139),
        (SandboxFinished(outcome=Outcome.TIMED_OUT), 124),
        (SandboxFinished(outcome=Outcome.MEMORY_EXCEEDED), 137),
        (SandboxFinished(outcome=Outcome.SANDBOX_ERROR, error="no cgroup"), 125),
    ],
    ids=lambda value: value.outcome.value if isinstance(value, SandboxFinished) else "",
)
def test_run_exits_with_a_code_that_says_why(
    server: Serving, command: Command, program: str, finished: SandboxFinished, code: int
) -> None:
    server.executor.script = ends(finished)  # type: ignore[assignment]
    done = command("run", program)
    assert done.code == code
    assert finished.outcome.value.replace("_", " ") in done.err
    assert (finished.error or "") in done.err


def test_run_answers_in_json(server: Serving, command: Command, program: str) -> None:
    server.executor.script = ends(SandboxFinished(outcome=Outcome.NONZERO_EXIT, exit_code=3))  # type: ignore[assignment]
    done = command("run", program, "--json")
    assert (done.code, json.loads(done.out)["outcome"], done.err) == (3, "nonzero_exit", "")


def test_an_interrupted_run_is_cancelled(
    server: Serving, command: Command, program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_events: object, **_how: object) -> None:
        raise KeyboardInterrupt

    server.executor.script = sleepy
    monkeypatch.setattr("crucible.cli.run.show_output", interrupted)
    assert command("run", program).code == 130
    with Crucible(server.url) as crucible:
        (one,) = crucible.evaluations()
        assert crucible.wait(one.id).outcome is Outcome.CANCELLED


def test_a_run_that_nobody_reads_is_cancelled(
    server: Serving, command: Command, program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unread(_events: object, **_how: object) -> None:
        raise BrokenPipeError

    server.executor.script = sleepy
    monkeypatch.setattr("crucible.cli.run.show_output", unread)
    assert command("run", program).code == 141


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["absent.py"], "absent.py can't be read: No such file"),
        (["{program}.txt"], "give --runtime"),
        (["{program}", "-e", "A"], "--env takes KEY=VALUE"),
        (["{program}", "--wall", "0"], "limits.wall_seconds: "),
        (["{program}", "-r", "cobol"], "there are: bash, python"),
        (["-", "--stdin", "-"], "not both"),
        (["{binary}"], "is not UTF-8"),
        (["{empty}"], "code: must not be empty"),
    ],
)
def test_a_program_that_can_not_be_handed_in_is_refused_in_words(
    server: Serving, command: Command, program: str, words: list[str], complaint: str
) -> None:
    tmp_path = Path(program).parent
    Path(f"{program}.txt").write_text("1")
    (tmp_path / "binary.py").write_bytes(b"\xff")
    (tmp_path / "empty.py").write_bytes(b"")
    places = {"program": program, "binary": str(tmp_path / "binary.py"), "empty": str(tmp_path / "empty.py")}
    done = command("run", *(word.format(**places) for word in words))
    assert (done.code, done.out) == (125, b"")
    assert complaint in done.err
    assert server.executor.specs == []


def test_a_misused_option_is_explained(command: Command, program: str) -> None:
    done = command("run", program, "--memory", "plenty")
    assert done.code == 2
    assert "no size" in done.err


def test_a_server_that_is_not_there_is_named_with_what_starts_one(
    command: Command, program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crucible.client.synchronous.time.sleep", lambda _seconds: None)
    for words, code in ((["run", program], 125), (["list"], 1), (["show", "ev_1"], 1)):
        done = command(*words, "--url", "http://127.0.0.1:9")
        assert (done.code, done.out) == (code, b"")
        assert "no Crucible answers at http://127.0.0.1:9; start one with `crucible up`" in done.err
        assert "Traceback" not in done.err


def test_submit_prints_the_id_and_nothing_else(server: Serving, command: Command, program: str) -> None:
    identifier = command("submit", program).out.decode().strip()
    assert json.loads(command("submit", program, "--json").out)["status"] == "queued"
    with Crucible(server.url) as crucible:
        assert crucible.wait(identifier).outcome is Outcome.SUCCEEDED


def test_list_shows_what_ran(server: Serving, command: Command) -> None:
    with Crucible(server.url) as crucible:
        one = crucible.run(Submission(code="1", labels={"study": "a"}))
    text = command("list").out.decode()
    assert one.id in text
    assert "succeeded" in text
    assert "study=a" in text
    assert [json.loads(line)["id"] for line in command("list", "--json").out.splitlines()] == [one.id]
    assert (
        command("list", "--status", "queued", "--outcome", "timed_out", "--since", "2100-01-01", "--json").out
        == b""
    )


@pytest.mark.usefixtures("server")
def test_an_empty_list_says_what_to_do(command: Command) -> None:
    assert "Nothing has run here yet" in command("list").out.decode()
    assert "No evaluation matches" in command("list", "--text", "x").out.decode()
    assert command("list", "--json").out == b""


def test_show_tells_all(server: Serving, command: Command) -> None:
    server.executor.script = prolific
    with Crucible(server.url) as crucible:
        one = crucible.run(Submission(code="1", labels={"study": "a"}))
    text = command("show", one.id).out.decode()
    for fact in (one.id, "succeeded", "python3.11", "study=a", "0123456789", "out/r\u00e9sum\u00e9.txt"):
        assert fact in text
    assert json.loads(command("show", one.id, "--json").out) == json.loads(one.model_dump_json())


def test_what_a_program_left_is_listed_and_fetched(server: Serving, command: Command, tmp_path: Path) -> None:
    server.executor.script = prolific
    with Crucible(server.url) as crucible:
        one = crucible.run(Submission(code="1"))
        left = {each.path: crucible.file(one.id, each.path) for each in crucible.files(one.id).items}
    listed = command("files", one.id).out.decode()
    assert all(path in listed for path in left)
    assert [each["path"] for each in json.loads(command("files", one.id, "--json").out)["items"]] == list(left)
    path, content = next(iter(left.items()))
    assert command("files", one.id, path).out == content
    there = tmp_path / "fetched"
    assert command("files", one.id, "--into", str(there)).code == 0
    assert {each: (there / each).read_bytes() for each in left} == left
    again = command("files", one.id, "--into", str(there))
    assert (again.code, "File exists" in again.err) == (1, True)
    assert "not both" in command("files", one.id, path, "--into", str(there)).err


@pytest.mark.parametrize("columns", [80, 40])
def test_an_id_is_whole_on_a_terminal_however_narrow(server: Serving, columns: int) -> None:
    crash = SandboxFinished(
        outcome=Outcome.KILLED_BY_SIGNAL,
        signal="SIGSEGV",
        wall_seconds=12.5,
        cpu_seconds=12.5,
        peak_memory_bytes=1024,
    )
    server.executor.script = ends(crash)
    with Crucible(server.url) as crucible:
        one = crucible.run(Submission(code="1", labels={"experiment": "a-long-name"}))
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    words = [sys.executable, "-m", "crucible", "list"]
    environment = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES"}}
    subprocess.run(words, stdout=theirs, stdin=theirs, stderr=theirs, env=environment, check=True)
    os.close(theirs)
    shown = os.read(ours, 65_536).decode()
    os.close(ours)
    assert one.id in shown
    assert "\u2026" not in shown
    if columns >= 80:
        assert max(len(re.sub(r"\x1b\[[0-9;]*m", "", line)) for line in shown.split("\r\n")) <= columns


def test_run_says_what_was_refused_once_and_show_lists_it(server: Serving, command: Command, program: str) -> None:
    server.executor.script = curious
    done = command("run", program)
    assert done.err.count("refused: connect 192.0.2.7:80\n") == 1
    assert " 2 refused " in done.err
    assert "refused: mount" in done.err
    assert "refused" not in command("run", program, "--quiet").err
    with Crucible(server.url) as crucible:
        one = next(iter(crucible.evaluations()))
    text = command("show", one.id).out.decode()
    assert "refused: connect 192.0.2.7:80, 1,200 times" in text
    assert "fake · shared-kernel · none" in text
    assert [attempt["count"] for attempt in json.loads(command("show", one.id, "--json").out)["attempts"]] == [
        1200,
        1,
    ]


def test_show_names_as_many_attempts_as_one_reads(server: Serving, command: Command) -> None:
    server.executor.script = tries(*(attempt(f"192.0.2.7:{port}") for port in range(30)))
    with Crucible(server.url) as crucible:
        one = crucible.run(Submission(code="1"))
    text = command("show", one.id).out.decode()
    assert text.count("refused: connect") == 20
    assert "and 10 more: see --json" in text


def test_a_list_can_be_of_those_that_tried_something(server: Serving, command: Command) -> None:
    server.executor.script = curious
    with Crucible(server.url) as crucible:
        guilty = crucible.run(Submission(code="1"))
        server.executor.script = hello
        innocent = crucible.run(Submission(code="1"))
    assert [json.loads(line)["id"] for line in command("list", "--attempted", "--json").out.splitlines()] == [
        guilty.id
    ]
    assert [json.loads(line)["id"] for line in command("list", "--not-attempted", "--json").out.splitlines()] == [
        innocent.id
    ]
    found = command("list", "--text", "connect 192.0.2.7", "--since", "2h", "--json").out.splitlines()
    assert [json.loads(line)["id"] for line in found] == [guilty.id]
    assert command("list", "--since", "2999-01-01", "--json").out == b""
    assert command("list", "--until", "2h", "--json").out == b""
    assert "7d, 36h or 30m" in command("list", "--since", "last week").err


def test_show_of_what_runs_and_of_what_failed(server: Serving, command: Command) -> None:
    server.executor.script = sleepy
    with Crucible(server.url) as crucible:
        running = crucible.submit(Submission(code="1"))
        assert "limits" in command("show", running.id).out.decode()
        server.executor.script = ends(SandboxFinished(outcome=Outcome.SANDBOX_ERROR, error="no\x1b[2J cgroup"))  # type: ignore[assignment]
        failed = crucible.run(Submission(code="1"))
    assert "no\u241b[2J cgroup" in command("show", failed.id).out.decode()


@pytest.mark.usefixtures("server")
def test_what_is_not_there_is_refused_in_words(command: Command) -> None:
    done = command("show", "nonsense")
    assert (done.code, done.err) == (1, "crucible: there is no evaluation 'nonsense'\n")


def test_logs_replays_each_stream_and_follows_to_the_end(server: Serving, command: Command) -> None:
    server.executor.script = prolific
    with Crucible(server.url) as crucible:
        one = crucible.run(Submission(code="1"))
    assert command("logs", one.id).out == b"0123456789"
    assert [json.loads(line)["kind"] for line in command("logs", one.id, "--json").out.splitlines()][
        -1
    ] == "finished"
    gate = Gate(STARTED, stdout(b"now\n"))
    server.executor.script = gate
    with Crucible(server.url) as crucible:
        one = crucible.submit(Submission(code="1"))
    done = command("logs", one.id)
    assert (done.code, done.out) == (0, b"")
    assert "-f shows" in done.err

    def open_gate() -> None:
        assert server.loop is not None
        asyncio.run_coroutine_threadsafe(gate.reached.wait(), server.loop).result(PATIENCE_SECONDS)
        server.loop.call_soon_threadsafe(gate.opened.set)

    with meanwhile(open_gate):
        assert command("logs", "-f", one.id).out == b"now\n"


def test_cancel_rerun_delete_and_restore(server: Serving, command: Command) -> None:
    server.executor.script = sleepy
    with Crucible(server.url) as crucible:
        one = crucible.submit(Submission(code="1"))
        assert command("cancel", one.id).code == 0
        assert crucible.wait(one.id).outcome is Outcome.CANCELLED
        assert json.loads(command("cancel", one.id, "--json").out)["status"] == "cancelled"
        assert command("cancel", one.id).out == b"cancelled\n"
        again = command("rerun", one.id).out.decode().strip()
        assert again != one.id
        assert json.loads(command("rerun", one.id, "--json").out)["id"] not in {one.id, again}
        once_more = command("rerun", "--twice", "memory", "--twice", "time", one.id, again).out.decode().split()
        for found in map(crucible.get, once_more):
            assert (found.limits.memory_bytes, found.limits.wall_seconds) == (2**30, 60)
            assert (found.limits.cpu_seconds, found.code) == (None, "1")
        assert len(once_more) == 2
        assert command("delete", again).code == 1
        assert command("delete", one.id).out.endswith(b"undoes it for 30 days\n")
        assert command("show", one.id).code == 1
        assert one.id in command("list", "--deleted").out.decode()
        assert command("delete", "--restore", one.id).out == b"restored\n"
        assert json.loads(command("delete", one.id, "--json").out)["id"] == one.id


@pytest.mark.usefixtures("server")
def test_engines_are_listed_with_the_reason_of_those_that_do_not_work(command: Command) -> None:
    text = command("engines").out.decode()
    assert "the default" in text
    assert "it is not installed" in text
    listed = [json.loads(line) for line in command("engines", "--json").out.splitlines()]
    assert [(engine["name"], engine["available"]) for engine in listed] == [("strong", False), ("fake", True)]


@pytest.mark.usefixtures("server")
def test_runtimes_are_listed(command: Command) -> None:
    text = command("runtimes").out.decode()
    assert "python3.11" in text
    assert "bash" in text
    assert [json.loads(line)["name"] for line in command("runtimes", "--json").out.splitlines()] == [
        "python3.11",
        "bash",
    ]


def test_what_a_program_says_of_its_progress_is_shown_where_it_is_asked_for(
    server: Serving, command: Command, program: str
) -> None:
    async def script(spec: SandboxSpec) -> AsyncIterator[SandboxEvent]:
        yield STARTED
        if spec.reports_progress:
            yield says(3, 4, "\x1b[2Jnearly")
        yield ends_well

    ends_well = SandboxFinished(outcome=Outcome.SUCCEEDED, exit_code=0)
    server.executor.script = script
    asked = json.loads(command("run", program, "--progress", "--json").out)
    assert (asked["reports_progress"], asked["progress"]["done"], asked["progress"]["total"]) == (True, 3, 4)
    assert "3 of 4 (75 %), ␛[2Jnearly" in command("show", asked["id"]).out.decode()
    events = [json.loads(line) for line in command("logs", asked["id"], "--json").out.splitlines()]
    assert [event["done"] for event in events if event["kind"] == "progress"] == [3]
    assert json.loads(command("rerun", asked["id"], "--json").out)["reports_progress"] is True
    plain = json.loads(command("run", program, "--json").out)
    assert (plain["reports_progress"], plain["progress"]) == (False, None)
