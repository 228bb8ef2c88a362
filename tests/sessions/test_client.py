"""Both clients against a real server: the same verbs, the same answers."""

import inspect
import os

import pytest

from crucible.client import (
    AsyncCrucible,
    AsyncHeldSession,
    Crucible,
    HeldSession,
    Outcome,
    SessionLimits,
    SessionRequest,
    SessionState,
)
from crucible.domain import errors
from crucible.domain.limits import MIB
from crucible.domain.session_record import ExecEnded, ExecWrote
from tests.end_to_end.machine import Machine


def test_a_session_lives_through_the_client(crucible: Crucible) -> None:
    request = SessionRequest(env={"NAME": "value"}, limits=SessionLimits(memory_bytes=256 * MIB))
    with crucible.sessions.create(request) as session:
        session.write_file("main.py", "import os, sys; print(os.environ['NAME'], sys.stdin.read())", mode=0o600)
        ran = session.exec(["python3", "main.py"], stdin="grüß")
        assert (ran.success, ran.returncode, ran.stdout.data) == (True, 0, "value grüß\n")
        assert session.read_file("main.py").startswith(b"import os")
        assert session.usage().execs == 0
        assert session.show().state is SessionState.RUNNING
        assert session.id in [one.id for one in crucible.sessions.page([SessionState.RUNNING]).items]
        events = list(session.stream(["sh", "-c", "echo one; exit 2"]))
        assert [event.output.content() for event in events if isinstance(event, ExecWrote)] == [b"one\n"]
        assert isinstance(events[-1], ExecEnded)
        assert events[-1].result.returncode == 2
    assert crucible.sessions.get(session.id).show().state is SessionState.ENDED
    with pytest.raises(errors.SessionEndedError):
        session.exec(["true"])


async def test_a_session_lives_through_the_asynchronous_client(server: Machine) -> None:
    async with AsyncCrucible(server.url) as crucible, await crucible.sessions.create() as session:
        await session.write_file("data", bytes(range(256)))
        assert await session.read_file("data") == bytes(range(256))
        ran = await session.exec(["wc", "-c"], stdin=bytes(range(256)))
        assert (ran.success, ran.stdout.data) == (True, "256\n")
        assert (await session.usage()).processes == 0
        assert (await session.attempts()).items == ()
        events = [event async for event in session.stream(["sh", "-c", "echo one"])]
        assert isinstance(events[-1], ExecEnded)
        assert session.id in [one.id for one in (await crucible.sessions.page()).items]
        with pytest.raises(errors.SessionFileNotFoundError):
            await session.read_file("nothing")
        with pytest.raises(errors.SessionFileNotFoundError):
            _ = [event async for event in session.stream(["no-such-program"])]
    async with AsyncCrucible(server.url) as crucible:
        assert (await crucible.sessions.get(session.id).show()).state is SessionState.ENDED


def test_what_a_sandbox_contract_needs_can_be_told_apart(session: HeldSession) -> None:
    timed_out = session.exec(["sh", "-c", "echo so far; sleep 60"], timeout_seconds=2)
    assert (timed_out.timed_out, timed_out.stdout.data) == (True, "so far\n")
    flooded = session.exec(["sh", "-c", "printf 'a%.0s' $(seq 2000)"], output_bytes=10)
    assert (flooded.truncated, flooded.stdout.data, flooded.stdout_bytes) == (True, "a" * 10, 2000)
    assert not session.exec(["true"]).truncated
    session.exec(["sh", "-c", "touch locked; chmod 600 locked; mkdir folder"])
    with pytest.raises(errors.SessionPermissionError):
        session.exec(["./locked"])
    with pytest.raises(errors.SessionPermissionError):
        session.read_file("locked", user="sandbox")
    with pytest.raises(errors.SessionIsADirectoryError):
        session.write_file("folder", "")
    with pytest.raises(errors.SessionTooLargeError):
        session.read_file("/etc/passwd", most=1)
    session.write_file("latin", b"\xe9")
    with pytest.raises(UnicodeDecodeError):
        session.read_file("latin").decode()
    assert session.exec(["cat", "latin"]).stdout.text == "\N{REPLACEMENT CHARACTER}"
    killed = session.exec(["python3", "-c", "x = bytearray(1 << 30)"])
    assert killed.outcome is Outcome.MEMORY_EXCEEDED


def test_one_text_is_no_list_of_words(session: HeldSession) -> None:
    with pytest.raises(errors.InvalidRequestError, match=r"for a shell to read it: \['sh', '-c', 'echo 1'\]"):
        session.exec("echo 1")


def test_fifty_mebibytes_of_stdin_and_a_mebibyte_and_a_half_of_arguments_cross(session: HeldSession) -> None:
    content = os.urandom(50 * MIB)
    session.write_file("sent", content)
    assert session.exec(["cmp", "-", "sent"], stdin=content).success
    assert session.read_file("sent") == content
    each = "x" * 65_535
    assert session.exec(["sh", "-c", "echo $#", "sh", *[each] * 23]).stdout.text == "23\n"


def test_what_would_be_refused_is_refused_before_it_is_sent(session: HeldSession) -> None:
    with pytest.raises(errors.InvalidRequestError, match="argv: must not have an argument of more than 131071"):
        session.exec(["true", "x" * 131_072])
    with pytest.raises(errors.InvalidRequestError, match="stdin must be at most 52428800"):
        session.exec(["true"], stdin=bytes(50 * MIB + 1))


def test_leaving_a_stream_ends_the_exec(session: HeldSession) -> None:
    stream = session.stream(["sh", "-c", "echo up; exec sleep 47"])
    assert isinstance(next(stream), ExecWrote)
    stream.close()  # type: ignore[attr-defined]
    while session.usage().execs:
        pass
    assert session.exec(["pgrep", "sleep"]).returncode == 1


@pytest.mark.parametrize(("synchronous", "asynchronous"), [(HeldSession, AsyncHeldSession)])
def test_both_clients_have_the_same_verbs(synchronous: type, asynchronous: type) -> None:
    def verbs(kind: type) -> dict[str, list[str]]:
        return {
            name: list(inspect.signature(function).parameters)
            for name, function in inspect.getmembers(kind, inspect.isfunction)
            if not name.startswith("_")
        }

    assert verbs(synchronous) == verbs(asynchronous)
