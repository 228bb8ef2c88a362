"""Sessions over the executor's socket: they outlive connections, expire, and die with their executor alone."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from crucible.domain import errors
from crucible.domain.limits import MIB
from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import Isolation
from crucible.domain.session import EndReason, ExecFinished, ExecOutput, ExecSpec, SessionLimits, SessionSpec
from crucible.executor.client import ExecutorClient
from crucible.executor.server import ExecutorServer
from crucible.executor.session_client import HeldSession, SessionClient
from crucible.sandbox.driver import Driver
from crucible.sandbox.engines import Engine, Engines
from crucible.sandbox.images import Images
from crucible.sandbox.runtimes.known import KnownRuntimes
from tests.sandbox import host
from tests.sandbox.fixtures import Sandboxes, on_engine
from tests.waiting import until

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.usefixtures("nothing_left"),
    on_engine("namespaces"),
]


class _WithoutSessions:
    """The driver under test, but for what it must not have or do here."""

    engine = "without"

    def __init__(self, sandboxes: Sandboxes) -> None:
        self.report = sandboxes.driver.report
        self.run = sandboxes.driver.run

    async def close(self) -> None:
        pass


class _Borrowed(_WithoutSessions):
    engine = "borrowed"

    def __init__(self, sandboxes: Sandboxes) -> None:
        super().__init__(sandboxes)
        self.open_session = sandboxes.driver.open_session


@pytest_asyncio.fixture(loop_scope="session")
async def path(sandboxes: Sandboxes, tmp_path: Path) -> AsyncIterator[Path]:
    path = tmp_path / "executor.sock"

    async def borrow() -> Driver:
        return _Borrowed(sandboxes)

    async def without() -> Driver:
        return _WithoutSessions(sandboxes)

    engines = Engines(
        "borrowed",
        {
            "borrowed": Engine(Isolation.SHARED_KERNEL, "namespaces", borrow),
            "without": Engine(Isolation.SHARED_KERNEL, "namespaces", without),
        },
    )
    server = await ExecutorServer.listen(
        path, engines, KnownRuntimes(sandboxes.runtimes, {}), Images(path.parent / "images")
    )
    yield path
    await server.close()


@pytest_asyncio.fixture(loop_scope="session")
async def client(path: Path) -> AsyncIterator[ExecutorClient]:
    client = await ExecutorClient.connect(path)
    yield client
    await client.close()


@pytest_asyncio.fixture(loop_scope="session")
async def session(client: ExecutorClient) -> HeldSession:
    sessions = SessionClient(client)
    await sessions.open("one", SessionSpec())
    return sessions.get("one")


async def sh(session: HeldSession, script: str, **spec: object) -> ExecFinished:
    return await session.exec(ExecSpec(argv=("/bin/sh", "-c", script), **spec))  # type: ignore[arg-type]


async def test_a_session_is_made_used_listed_and_ended(client: ExecutorClient) -> None:
    sessions = SessionClient(client)
    standing = await sessions.open("one", SessionSpec())
    assert (standing.session, standing.user, standing.ended) == ("one", "root", None)
    assert standing.containment.engine == "namespaces"
    session = sessions.get("one")
    await session.write_file("greeting", b"hello", mode=0o600)
    finished = await sh(session, "cat greeting; cat", stdin=b", world")
    assert (finished.outcome, finished.stdout) == (Outcome.SUCCEEDED, b"hello, world")
    assert await session.read_file("greeting") == b"hello"
    assert (await session.usage()).execs == 0
    assert [one.session for one in await sessions.list()] == ["one"]
    ended = await session.end()
    assert (ended.ended, ended.detail) == (EndReason.DESTROYED, "it was asked to")
    assert (await session.end()).ended is EndReason.DESTROYED
    with pytest.raises(errors.SessionEndedError, match="destroyed"):
        await sh(session, "true")


async def test_refusals_arrive_as_what_they_are(client: ExecutorClient, session: HeldSession) -> None:
    sessions = SessionClient(client)
    with pytest.raises(errors.ConflictError, match="a session one already"):
        await sessions.open("one", SessionSpec())
    with pytest.raises(errors.NotFoundError, match="no session two"):
        await sh(sessions.get("two"), "true")
    with pytest.raises(errors.NotFoundError):
        await sessions.get("two").end()
    with pytest.raises(errors.SessionsUnsupportedError, match="the engine without has no sessions") as refused:
        await sessions.open("two", SessionSpec(engine="without"))
    assert [error.field for error in refused.value.errors] == ["engine"]
    with pytest.raises(errors.SessionsUnsupportedError) as refused:
        await sessions.open("two", SessionSpec(image="debian"))
    assert [error.field for error in refused.value.errors] == ["image"]
    with pytest.raises(errors.SessionsUnsupportedError, match="there is no engine 'none'"):
        await sessions.open("two", SessionSpec(engine="none"))
    with pytest.raises(errors.SessionsUnsupportedError, match="less than the virtual-machine"):
        await sessions.open("two", SessionSpec(engine="borrowed", minimum_isolation=Isolation.VIRTUAL_MACHINE))
    with pytest.raises(errors.SessionIsADirectoryError):
        await session.read_file("/tmp")
    assert [one.session for one in await sessions.list()] == ["one"]


async def test_what_a_slow_reader_has_not_taken_waits_in_the_program(session: HeldSession) -> None:
    spec = ExecSpec(argv=("sh", "-c", "head -c 30000000 /dev/zero; echo > written"), stream=True)
    got = 0
    async for event in session.stream(spec):
        if isinstance(event, ExecOutput):
            got += len(event.data)
            if got < 1_000_000:
                await asyncio.sleep(0.05)
                assert (await sh(session, "test -e written")).exit_code == 1
        else:
            assert (event.outcome, event.stdout_bytes) == (Outcome.SUCCEEDED, 30_000_000)
    assert got == 30_000_000


async def test_a_large_file_crosses_in_parts(session: HeldSession) -> None:
    content = os.urandom(20 * MIB)
    await session.write_file("large", content)
    assert await session.read_file("large") == content


async def test_leaving_a_stream_ends_the_exec_and_not_the_session(session: HeldSession) -> None:
    stream = session.stream(ExecSpec(argv=("sh", "-c", "echo up; exec sleep 55"), stream=True))
    assert isinstance(await anext(stream), ExecOutput)
    await stream.aclose()
    await until(lambda: idle(session))
    assert (await sh(session, "pgrep sleep")).exit_code == 1


async def test_a_session_outlives_its_connection_and_its_execs_do_not(path: Path, session: HeldSession) -> None:
    other = await ExecutorClient.connect(path)
    stream = (
        SessionClient(other)
        .get("one")
        .stream(ExecSpec(argv=("sh", "-c", "echo mine > file; (sleep 44 &); echo up; exec sleep 55"), stream=True))
    )
    assert isinstance(await anext(stream), ExecOutput)
    await other.close()
    with pytest.raises(errors.ExecutorUnavailableError):
        await anext(stream)
    await until(lambda: idle(session))
    found = await sh(session, "cat file; pgrep sleep | wc -l")
    assert found.stdout == b"mine\n0\n"


async def test_an_idle_session_ends_and_a_busy_one_does_not(client: ExecutorClient) -> None:
    sessions = SessionClient(client)
    limits = SessionLimits(idle_seconds=1.0)
    await asyncio.gather(*(sessions.open(name, SessionSpec(limits=limits)) for name in ("idle", "busy")))
    assert (await sh(sessions.get("busy"), "sleep 2; echo done")).stdout == b"done\n"
    with pytest.raises(errors.SessionEndedError, match=r"\(idle\): it reached limits.idle_seconds, 1"):
        await sh(sessions.get("idle"), "true")
    assert {one.session: one.ended for one in await sessions.list()} == {"idle": EndReason.IDLE, "busy": None}


async def test_a_session_ends_when_its_time_is_over_whatever_it_does(client: ExecutorClient) -> None:
    sessions = SessionClient(client)
    await sessions.open("short", SessionSpec(limits=SessionLimits(lifetime_seconds=1.0)))
    with pytest.raises(errors.SessionEndedError, match=r"\(lifetime\): it reached limits.lifetime_seconds, 1"):
        await sh(sessions.get("short"), "sleep 60")


async def test_a_session_whose_processes_were_killed_says_that_it_broke(client: ExecutorClient) -> None:
    sessions = SessionClient(client)
    await sessions.open("other", SessionSpec())
    before = host.traces()
    await sessions.open("broken", SessionSpec())
    running = asyncio.create_task(sh(sessions.get("broken"), "sleep 60"))

    def ours() -> list[int]:
        """Return process 1, and the one that waits for it; at first the exec's is another, until it is `sleep`."""
        processes = [int(line.split()[1]) for line in host.traces() - before if line.startswith("process")]
        return [pid for pid in processes if "python" in Path(f"/proc/{pid}/comm").read_text()]

    async def runs() -> bool:
        return (await sessions.get("broken").usage()).processes > 0 and len(ours()) == 2

    await until(runs)
    os.kill(max(ours()), signal.SIGKILL)
    with pytest.raises(errors.SessionEndedError, match=r"\(broken\): its process 1 ended"):
        await running

    async def is_gone() -> bool:
        return (await sessions.list())[-1].ended is EndReason.BROKEN and host.traces() == before

    await until(is_gone)


async def test_an_executor_that_is_killed_takes_its_sessions_and_no_exec_looks_successful(tmp_path: Path) -> None:
    path = tmp_path / "executor.sock"
    executor = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "crucible", "executor", "--socket", str(path), stdout=asyncio.subprocess.DEVNULL
    )
    while not path.exists():
        await asyncio.sleep(0.02)
        assert executor.returncode is None
    client = await ExecutorClient.connect(path)
    sessions = SessionClient(client)
    await sessions.open("doomed", SessionSpec())
    stream = sessions.get("doomed").stream(
        ExecSpec(argv=("sh", "-c", "trap '' TERM HUP; echo up; sleep 1; echo unheard"), stream=True)
    )
    assert isinstance(await anext(stream), ExecOutput)
    executor.kill()
    await executor.wait()
    with pytest.raises(errors.ExecutorUnavailableError):
        await anext(stream)
    with pytest.raises(errors.ExecutorUnavailableError):
        await sh(sessions.get("doomed"), "true")
    await client.close()

    async def nothing_runs() -> bool:
        return _processes_of(executor.pid) == []

    await until(nothing_runs)
    for top in host.groups_of(executor.pid):  # what the next executor there would remove
        for folder in sorted((top, *top.rglob("*/")), reverse=True):
            folder.rmdir()


async def idle(session: HeldSession) -> bool:
    return (await session.usage()).execs == 0


def _processes_of(executor: int) -> list[str]:
    return [
        pid
        for folder in host.groups_of(executor)
        for inner in folder.rglob("cgroup.procs")
        for pid in inner.read_text().split()
    ]
