"""The executor over its real socket, with the real driver behind it."""

import asyncio
import logging
import math
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from crucible.domain.errors import ExecutorUnavailableError
from crucible.domain.limits import MIB, Limits
from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import (
    Isolation,
    SandboxEvent,
    SandboxFinished,
    SandboxOutput,
    SandboxSpec,
    SandboxStarted,
)
from crucible.executor import protocol
from crucible.executor.client import ExecutorClient
from crucible.executor.server import ExecutorServer
from crucible.sandbox.driver import Driver
from crucible.sandbox.engines import Engine, Engines
from crucible.sandbox.images import Images
from crucible.sandbox.runtimes.known import KnownRuntimes
from crucible.telemetry.logging import log_level
from tests.sandbox import host
from tests.sandbox.fixtures import Sandboxes, on_engine
from tests.waiting import ended, until

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.usefixtures("nothing_left"),
    on_engine("namespaces"),
]


class _Borrowed:
    """The session's driver, which its server must not close."""

    def __init__(self, sandboxes: Sandboxes) -> None:
        self.engine = sandboxes.driver.engine
        self.report = sandboxes.driver.report
        self.run = sandboxes.driver.run

    async def close(self) -> None:
        pass


async def listening(sandboxes: Sandboxes, path: Path, *, client: int | None = None) -> ExecutorServer:
    async def borrow() -> Driver:
        return _Borrowed(sandboxes)

    engines = Engines("borrowed", {"borrowed": Engine(Isolation.SHARED_KERNEL, "namespaces", borrow)})
    await engines.open("borrowed")
    images = Images(path.parent / "images")
    return await ExecutorServer.listen(path, engines, KnownRuntimes(sandboxes.runtimes, {}), images, client=client)


@pytest_asyncio.fixture(loop_scope="session")
async def path(sandboxes: Sandboxes, tmp_path: Path) -> AsyncIterator[Path]:
    path = tmp_path / "executor.sock"
    server = await listening(sandboxes, path)
    yield path
    await server.close()


@pytest_asyncio.fixture(loop_scope="session")
async def client(path: Path) -> AsyncIterator[ExecutorClient]:
    client = await ExecutorClient.connect(path)
    yield client
    await client.close()


async def events_of(client: ExecutorClient, code: str, **limits: float) -> list[SandboxEvent]:
    spec = SandboxSpec(runtime="python", code=code, limits=Limits(**limits))  # type: ignore[arg-type]
    return [event async for event in client.run(spec)]


async def test_a_run_yields_its_events_and_ends_with_the_result(client: ExecutorClient) -> None:
    events = await events_of(client, "print('hello')")
    assert isinstance(events[0], SandboxStarted)
    assert b"".join(event.data for event in events if isinstance(event, SandboxOutput)) == b"hello\n"
    assert isinstance(events[-1], SandboxFinished)
    assert events[-1].outcome is Outcome.SUCCEEDED


async def test_the_welcome_says_what_there_is(client: ExecutorClient) -> None:
    assert client.welcome.version == protocol.VERSION
    assert any("python" in runtime.aliases for runtime in client.welcome.runtimes)


async def test_a_worker_says_from_which_level_on_the_executor_writes_its_log(client: ExecutorClient) -> None:
    root = logging.getLogger()
    before = root.level

    async def is_debugging() -> bool:
        return root.level == logging.DEBUG

    async def is_as_before() -> bool:
        return log_level() == usual

    usual = log_level()
    try:
        client.set_log_level("debug")
        await until(is_debugging)
        client.set_log_level(None)
        await until(is_as_before)
    finally:
        root.setLevel(before)


async def test_many_runs_share_one_connection(client: ExecutorClient) -> None:
    together = await asyncio.gather(*(events_of(client, f"print({number})") for number in range(12)))
    printed = [b"".join(e.data for e in events if isinstance(e, SandboxOutput)) for events in together]
    assert printed == [f"{number}\n".encode() for number in range(12)]


async def test_leaving_the_iteration_ends_the_program(client: ExecutorClient) -> None:
    run = client.run(SandboxSpec(runtime="python", code="import time; print('up'); time.sleep(60)"))
    async for event in run:
        if isinstance(event, SandboxOutput):
            break
    await run.aclose()
    assert (await events_of(client, "print(1)"))[-1].outcome is Outcome.SUCCEEDED  # type: ignore[union-attr]


async def test_a_client_that_leaves_takes_its_runs_with_it(path: Path) -> None:
    client = await ExecutorClient.connect(path)
    run = client.run(SandboxSpec(runtime="python", code="import time; print('up'); time.sleep(60)"))
    async for event in run:
        if isinstance(event, SandboxOutput):
            break
    await client.close()
    with pytest.raises(ExecutorUnavailableError):
        [event async for event in run]  # what had arrived before is still handed out


async def test_a_slow_reader_makes_the_program_wait_and_loses_nothing(path: Path) -> None:
    reader, writer = await asyncio.open_unix_connection(path, limit=4096)
    writer.write(protocol.encode(protocol.Hello()))
    assert isinstance(await protocol.read_from_server(reader), protocol.Welcome)
    spec = SandboxSpec(
        runtime="python",
        code="import os\nfor _ in range(512): os.write(1, b'x' * 16384)",
        limits=Limits(output_bytes=16 * MIB),
    )
    writer.write(protocol.encode(protocol.Run(run=1, spec=spec)))
    await asyncio.sleep(0.5)
    received = 0
    while not isinstance(message := await protocol.read_from_server(reader), protocol.Finished):
        if isinstance(message, protocol.Output):
            assert message.event.offset == received
            received += len(message.event.data)
    writer.close()
    assert (received, message.event.outcome) == (512 * 16384, Outcome.SUCCEEDED)


@pytest.mark.parametrize("limits", [{"memory_bytes": -1}, {"cpus": -0.00001}, {"wall_seconds": math.nan}], ids=str)
async def test_a_limit_that_would_be_none_is_refused_whoever_asks(
    client: ExecutorClient, limits: dict[str, float]
) -> None:
    """For the kernel -1 is no limit, and no clock gets to NaN."""
    finished = (await events_of(client, "print(1)", **limits))[-1]
    assert isinstance(finished, SandboxFinished)
    assert finished.outcome is Outcome.SANDBOX_ERROR
    assert "must be from" in (finished.error or "")


async def test_an_unknown_runtime_is_answered_with_those_there_are(client: ExecutorClient) -> None:
    events = [event async for event in client.run(SandboxSpec(runtime="cobol", code="x"))]
    (finished,) = events
    assert isinstance(finished, SandboxFinished)
    assert finished.outcome is Outcome.SANDBOX_ERROR
    assert "there is no runtime 'cobol' here; there are: bash" in (finished.error or "")


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (protocol.Hello(version=99), f"speaks version {protocol.VERSION}, the client 99"),
        (protocol.Stop(run=1), "first message must be a hello"),
    ],
)
async def test_a_stranger_is_refused_with_words(path: Path, message: protocol.FromClient, reason: str) -> None:
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(protocol.encode(message))
    answer = await protocol.read_from_server(reader)
    assert isinstance(answer, protocol.Refusal)
    assert reason in answer.reason
    assert await protocol.read_from_server(reader) is None
    writer.close()


@pytest.mark.parametrize("second", [protocol.Hello(), None])
async def test_nonsense_after_the_greeting_ends_only_that_connection(
    path: Path, client: ExecutorClient, second: protocol.FromClient | None
) -> None:
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(protocol.encode(protocol.Hello()))
    await protocol.read_from_server(reader)
    writer.write(protocol.encode(second) if second else b"\0\0\0\x01\xff")
    assert isinstance(await protocol.read_from_server(reader), protocol.Refusal)
    writer.close()
    assert (await events_of(client, "print(1)"))[-1].outcome is Outcome.SUCCEEDED  # type: ignore[union-attr]


async def test_the_socket_is_its_owners_alone(path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def greeted_as(uid: int, path: Path) -> bytes:
    """Connect as another account, to a socket that lets everybody in, and return what the executor says."""
    path.chmod(0o666)
    for folder in (path.parent, *path.parent.parents):
        if folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o111)
    script = (
        f"import os, socket, sys; os.setuid({uid}); s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]);"
        "print(s.recv(4096))"
    )
    process = await asyncio.create_subprocess_exec(
        "/usr/bin/python3" if Path("/usr/bin/python3").exists() else sys.executable,
        "-c",
        script,
        str(path),
        stdout=subprocess.PIPE,
    )
    output, _ = await process.communicate()
    return output


async def test_another_user_is_refused_even_where_the_socket_lets_it_in(path: Path) -> None:
    assert b"serves uid 0, not 65534" in await greeted_as(65534, path)


async def test_an_account_that_is_named_is_served_and_no_other(sandboxes: Sandboxes, tmp_path: Path) -> None:
    """So the worker's need not be the executor's, who could read its credentials in `/proc`."""
    server = await listening(sandboxes, tmp_path / "s", client=65533)
    assert stat.S_IMODE((tmp_path / "s").stat().st_mode) == 0o660
    try:
        said = {uid: await greeted_as(uid, tmp_path / "s") for uid in (65533, 65534)}
    finally:
        await server.close()
    assert b"no hello" in said[65533], "it was listened to"
    assert b"serves uid 65533, not 65534" in said[65534]


async def test_no_executor_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ExecutorUnavailableError, match="no executor listens on"):
        await ExecutorClient.connect(tmp_path / "none.sock")


async def test_an_executor_that_hangs_up_is_a_clear_error(tmp_path: Path) -> None:
    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_unix_server(hang_up, tmp_path / "mute.sock")
    with pytest.raises(ExecutorUnavailableError, match=r"refused: it ended the connection|did not answer"):
        await ExecutorClient.connect(tmp_path / "mute.sock")
    server.close()


async def _started(path: Path) -> "tuple[asyncio.subprocess.Process, ExecutorClient]":
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "crucible", "executor", "--socket", str(path), "--with-parent", str(os.getpid())
    )
    while True:
        try:
            return process, await ExecutorClient.connect(path)
        except ExecutorUnavailableError:
            assert process.returncode is None
            await asyncio.sleep(0.05)


def _sandboxed(executor: int) -> list[str]:
    """Return what is in the groups of an executor's sandboxes."""
    groups = [group for top in host.groups_of(executor) for group in top.glob("*/cgroup.procs")]
    return [pid for group in groups for pid in group.read_text().split()]


async def _until_gone(executor: int) -> None:
    for _ in range(250):
        if not _sandboxed(executor):
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"still there: {_sandboxed(executor)}")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
async def test_an_executor_that_ends_takes_every_program_with_it(tmp_path: Path, number: int) -> None:
    process, client = await _started(tmp_path / "executor.sock")
    run = client.run(SandboxSpec(runtime="python", code="import time; print('up'); time.sleep(60)"))
    async for event in run:
        if isinstance(event, SandboxOutput):
            break
    assert _sandboxed(process.pid)
    process.send_signal(number)
    with pytest.raises(ExecutorUnavailableError):
        async for _ in run:
            pass
    await process.wait()
    await _until_gone(process.pid)
    await client.close()


async def test_groups_of_a_killed_executor_are_removed_by_the_next(tmp_path: Path) -> None:
    first, client = await _started(tmp_path / "first.sock")
    first.kill()
    await first.wait()
    await client.close()
    await _until_gone(first.pid)
    second, client = await _started(tmp_path / "second.sock")
    assert host.groups_of(first.pid) == []
    await client.close()
    assert await ended(second) == 0
    assert host.groups_of(second.pid) == []


async def test_a_killed_launcher_is_replaced(tmp_path: Path) -> None:
    process, client = await _started(tmp_path / "executor.sock")
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    for child in children:
        os.kill(int(child), signal.SIGKILL)
    outcomes = [(await events_of(client, "print(1)"))[-1].outcome for _ in range(2)]  # type: ignore[union-attr]
    assert outcomes[-1] is Outcome.SUCCEEDED
    await client.close()
    await ended(process)


async def test_a_socket_that_nobody_serves_any_more_is_a_clear_error(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as closed:
        closed.bind(str(tmp_path / "dead.sock"))
    with pytest.raises(ExecutorUnavailableError, match="Connection refused"):
        await ExecutorClient.connect(tmp_path / "dead.sock")
