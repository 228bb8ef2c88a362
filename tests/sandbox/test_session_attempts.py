"""What is refused in a session is recorded, whoever tries it in there, and as root too."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from crucible.domain import errors
from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import Isolation
from crucible.domain.session import EndReason, ExecFinished, ExecSpec, SessionLimits, SessionSpec
from crucible.sandbox.attempts import MOST_ENTRIES, OTHERS
from crucible.sandbox.driver import Session
from crucible.sandbox.namespaces.sessions import driver as sessions
from crucible.sandbox.namespaces.sessions.driver import LAUNCHER
from crucible.sandbox.sessions.making import HOST
from tests.sandbox.fixtures import ON_THE_HOSTS_KERNEL, Sandboxes, on_engine
from tests.waiting import PATIENCE_SECONDS, until

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.usefixtures("nothing_left", "sessions_possible"),
    on_engine(*ON_THE_HOSTS_KERNEL),
]

LIBC = "import ctypes, os, socket, sys; libc = ctypes.CDLL(None, use_errno=True)\n"


@pytest_asyncio.fixture(loop_scope="session")
async def session(sandboxes: Sandboxes, nothing_left: None) -> AsyncIterator[Session]:  # noqa: ARG001 - looks last
    session = await sandboxes.open_session(SessionSpec())
    yield session
    await session.end(EndReason.DESTROYED, "the test is over")


async def python(session: Session, script: str, **spec: object) -> ExecFinished:
    return await session.exec(ExecSpec(argv=("python3", "-c", LIBC + script), **spec), None)  # type: ignore[arg-type]


async def tried(session: Session) -> list[tuple[str, str, int]]:
    return [(one.name, one.detail, one.count) for one in await session.attempts()]


async def test_what_is_tried_is_named_counted_and_refused_as_ever(session: Session) -> None:
    ran = await python(
        session,
        """
for _ in range(3): print(libc.ptrace(16, 1, 0, 0), ctypes.get_errno())
try: socket.create_connection(("192.0.2.7", 80))
except OSError as error: print(error.errno)
try: socket.getaddrinfo("api.example.com", 443)
except OSError as error: print(error)
""",
    )
    assert ran.stdout == b"-1 1\n-1 1\n-1 1\n13\n[Errno -2] Name or service not known\n"
    assert ("ptrace", "request=16 pid=1", 3) in await tried(session)
    assert ("connect", "192.0.2.7:80", 1) in await tried(session)
    assert "api.example.com" in [detail for name, detail, _ in await tried(session) if name == "lookup"]
    assert session.containment.enforces["attempts"].endswith("answered by process 1")


async def test_execs_are_counted_together_and_each_may_be_anybody(session: Session) -> None:
    users = ("root", "sandbox", "nobody", "1040:1050") if session.user == "root" else (None,) * 4
    for user in users:
        ran = await python(session, "print(libc.mount(b'a', b'/tmp', b'tmpfs', 0, 0))", user=user)
        assert ran.stdout == b"-1\n"
    assert await tried(session) == [("mount", 'source="a" target="/tmp" type="tmpfs" flags=0x0', 4)]


async def test_what_stays_in_the_background_is_recorded_still(session: Session) -> None:
    await python(
        session,
        """
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        open("/tmp/ready", "w").close()
        while not os.path.exists("/tmp/go"): pass
        libc.chroot(b"/tmp"); open("/tmp/done", "w").close()
    os._exit(0)
""",
    )
    assert await tried(session) == []
    await session.exec(ExecSpec(argv=("sh", "-c", "touch /tmp/go; until test -e /tmp/done; do :; done")), None)
    assert await tried(session) == [("chroot", 'path="/tmp"', 1)]


async def test_a_call_of_another_architecture_ends_its_process_and_is_told_where_it_is_asked_about(
    session: Session, sandboxes: Sandboxes
) -> None:
    """In a container the runtime's own filter is heard first, and asks nobody."""
    asked = sandboxes.driver.engine == "namespaces"
    ran = await python(session, "libc.syscall(0x40000027)")
    assert (ran.outcome, ran.signal) == (Outcome.KILLED_BY_SIGNAL, "SIGKILL" if asked else "SIGSYS")
    assert await tried(session) == ([("x32 call", "number=39", 1)] if asked else [])


async def test_a_flood_is_bounded_and_the_session_works_beside_it(session: Session) -> None:
    flood = "for i in range(2000): libc.ptrace(i, i, 0, 0)\nfor i in range(300): libc.unshare(i)"
    assert (await python(session, flood)).outcome is Outcome.SUCCEEDED
    record = await tried(session)
    assert sum(count for name, _, count in record if name == "ptrace") == 2000
    assert ("ptrace", OTHERS) in [(name, detail) for name, detail, _ in record]
    assert len(record) < MOST_ENTRIES
    assert (await session.exec(ExecSpec(argv=("true",)), None)).outcome is Outcome.SUCCEEDED


async def test_whoever_asks_and_is_killed_or_stopped_holds_up_nobody(session: Session) -> None:
    stopped = "import signal; os.kill(os.getpid(), signal.SIGSTOP)"
    ran = await python(session, f"if os.fork() == 0: {stopped}\nlibc.ptrace(1, 1, 0, 0)", timeout_seconds=10)
    assert ran.outcome is Outcome.SUCCEEDED
    hammer = "while True: libc.ptrace(2, 2, 0, 0)"
    slow = await python(session, hammer, timeout_seconds=0.3)
    assert slow.outcome is Outcome.TIMED_OUT
    assert (await session.exec(ExecSpec(argv=("true",)), None)).outcome is Outcome.SUCCEEDED
    assert ("ptrace", "request=1 pid=1", 1) in await tried(session)


async def test_root_inside_can_not_stop_an_exec_from_being_behind_its_filter(session: Session) -> None:
    """It stops and kills whatever of process 1 it sees on its way to become a program."""
    hunter = """
import signal, time
own, end = os.getpid(), time.monotonic() + 1.5
while time.monotonic() < end:
    for name in os.listdir("/proc"):
        if name.isdigit() and int(name) not in (1, own):
            for number in (signal.SIGSTOP, signal.SIGCONT):
                try: os.kill(int(name), number)
                except OSError: pass
"""
    hunting = python(session, hunter, timeout_seconds=20)
    attacks = [python(session, "print(libc.ptrace(3, 3, 0, 0))", timeout_seconds=20) for _ in range(5)]
    _, *ended = await asyncio.gather(hunting, *attacks)
    ran = [one for one in ended if one.outcome is not Outcome.TIMED_OUT]
    if session.containment.isolation is Isolation.SHARED_KERNEL:
        assert ran == ended
    # gVisor's kernel may leave stopped for good whom a tracer holds: before it was refused, or before its end.
    assert {one.stdout for one in ended if one not in ran} <= {b"", b"-1\n"}
    assert {one.stdout for one in ran} <= {b"-1\n"}
    refused = [one for one in ended if one.stdout]
    tries = [count for *what, count in await tried(session) if what == ["ptrace", "request=3 pid=3"]]
    assert len(refused) <= sum(tries) <= len(ended)


FEW = "import resource, runpy; resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40)); "
FEW_DESCRIPTORS = ("-c", f"{FEW}runpy.run_module({LAUNCHER[-1]!r}, run_name='__main__')")


async def test_a_process_1_without_a_descriptor_to_spare_says_so_and_recovers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It holds one for each exec of which something still lives."""
    monkeypatch.setattr(sessions, "LAUNCHER", FEW_DESCRIPTORS)
    driver = await sessions.NamespacesSessions.open()
    try:
        session = await driver.open_session(SessionSpec(limits=SessionLimits(open_files=16)), HOST)

        async def runs(script: str) -> bool:
            with contextlib.suppress(errors.SessionBusyError):
                return (await session.exec(ExecSpec(argv=("sh", "-c", script)), None)).outcome is Outcome.SUCCEEDED
            return False

        began = time.monotonic()
        assert await runs("true")
        seconds = 3 + 50 * (time.monotonic() - began)  # none ends while others begin, however slow that is here
        begun = 0
        while await runs(f"sleep {seconds} > /dev/null 2>&1 &"):
            begun += 1
        assert 10 < begun < 40
        await until(lambda: runs("unshare --mount true || true"), seconds + PATIENCE_SECONDS)
        assert [(name, count) for name, _, count in await tried(session)] == [("unshare", 1)]
        await session.end(EndReason.DESTROYED, "the test is over")
    finally:
        await driver.close()


async def test_what_was_tried_is_known_after_the_end(session: Session) -> None:
    await python(session, "for _ in range(7): libc.unshare(0x20000)")
    await session.end(EndReason.DESTROYED, "the test wants it")
    assert [(one.name, one.count) for one in session.tried] == [("unshare", 7)]
    assert await tried(session) == [("unshare", "flags=0x20000", 7)]
