"""Every engine that this machine offers, each shared by a session's tests, and the means to run programs in it."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field

import coverage
import pytest
import pytest_asyncio

from crucible.domain.errors import SandboxUnavailableError
from crucible.domain.limits import Limits
from crucible.domain.sandbox import (
    Isolation,
    SandboxEvent,
    SandboxFile,
    SandboxFinished,
    SandboxOutput,
    SandboxSample,
    SandboxSpec,
)
from crucible.domain.session import SessionSpec
from crucible.sandbox import container_tools
from crucible.sandbox.docker.driver import DockerDriver
from crucible.sandbox.driver import Driver, Session, SessionDriver
from crucible.sandbox.engines import ENGINES
from crucible.sandbox.namespaces import zygotes
from crucible.sandbox.namespaces.driver import NamespacesDriver
from crucible.sandbox.namespaces.sessions import driver as namespaces_sessions
from crucible.sandbox.oci.driver import OciDriver
from crucible.sandbox.runtimes.known import Runtimes
from crucible.sandbox.runtimes.on_host import discover
from crucible.sandbox.runtimes.runtime import Runtime
from crucible.sandbox.sessions.making import HOST
from tests.sandbox import host, machine, traced_launcher

ON_THE_HOSTS_KERNEL = tuple(name for name in ENGINES if ENGINES[name].isolation is Isolation.SHARED_KERNEL)
"""Engines that are to keep each claim about sessions. gVisor's keep those that a kernel has a part in."""

SETTLING_SECONDS = 20.0
"""What of a sandbox may take to be gone from a host that is busy."""


@dataclass
class Ran:
    """Everything that came out of a sandbox."""

    finished: SandboxFinished
    events: list[SandboxEvent] = field(default_factory=list)

    def output(self, stream: str = "stdout") -> bytes:
        return b"".join(
            event.data for event in self.events if isinstance(event, SandboxOutput) and event.stream == stream
        )

    @property
    def text(self) -> str:
        return self.output().decode(errors="replace")

    @property
    def files(self) -> dict[str, bytes]:
        return {event.path: event.data for event in self.events if isinstance(event, SandboxFile)}

    @property
    def samples(self) -> list[SandboxSample]:
        return [event for event in self.events if isinstance(event, SandboxSample)]


class Sandboxes:
    """Runs programs in the engine under test."""

    def __init__(self, driver: Driver, found: Runtimes) -> None:
        self.driver = driver
        self.runtimes = found

    @property
    def has_a_kernel_of_its_own(self) -> bool:
        """Whether system calls are answered by another kernel than the host's, whose /proc shows only itself."""
        return self.driver.report().isolation is not Isolation.SHARED_KERNEL

    def traces(self) -> set[str]:
        """Return what is there because of sandboxes, besides the processes that the next ones are forked from."""
        zygotes = self.driver.zygotes() if isinstance(self.driver, NamespacesDriver) else ()
        kept = [process for zygote in zygotes for process in (zygote, *host.children(zygote))]
        names = tuple(f"process {process} " for process in kept)
        return {trace for trace in host.traces() if not trace.startswith(names)}

    async def start_anew(self) -> None:
        """Have what programs are forked from be started again, with what this process's environment is now."""
        if isinstance(self.driver, NamespacesDriver):
            await self.driver._zygotes.close()

    async def open_session(self, spec: SessionSpec, prefix: str = HOST) -> Session:
        """Return a session of the driver's."""
        assert isinstance(self.driver, SessionDriver)
        return await self.driver.open_session(spec, prefix)

    async def run(
        self,
        code: str | None,
        runtime: str = "python",
        *,
        cancelled: asyncio.Event | None = None,
        on_event: object = None,
        **spec: object,
    ) -> Ran:
        """Run a program to its end. Keywords of `Limits` and of `SandboxSpec` may be mixed."""
        limits = {name: spec.pop(name) for name in list(spec) if name in Limits.__dataclass_fields__}
        found = self.runtimes.get(runtime)
        assert found is not None, f"this host has no {runtime}"
        whole = SandboxSpec(runtime=runtime, code=code, limits=Limits(**limits), **spec)  # type: ignore[arg-type]
        return await self.run_with(found, whole, cancelled=cancelled, on_event=on_event)

    async def run_with(
        self,
        runtime: Runtime,
        spec: SandboxSpec,
        *,
        cancelled: asyncio.Event | None = None,
        on_event: object = None,
    ) -> Ran:
        """Run a program of a runtime that need not be the host's."""
        events: list[SandboxEvent] = []

        async def emit(event: SandboxEvent) -> None:
            events.append(event)
            if on_event is not None:
                on_event(event)  # type: ignore[operator]

        return Ran(await self.driver.run(spec, runtime, emit, cancelled or asyncio.Event()), events)


@pytest.fixture(scope="session")
def traced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Where coverage is measured, have zygotes and their children measured, too."""
    measured = coverage.Coverage.current()
    if measured is None:
        yield
        return
    path = tmp_path_factory.mktemp("coverage") / "steps"
    with path.open("wb") as file:
        file.truncate(traced_launcher.size())
    folder = str(traced_launcher.SOURCES)
    usual, usual_of_sessions = zygotes.START, namespaces_sessions.LAUNCHER
    zygotes.START = (traced_launcher.__file__, str(path), folder, *usual)
    namespaces_sessions.LAUNCHER = (traced_launcher.__file__, str(path), folder, usual_of_sessions[-1])
    yield
    zygotes.START, namespaces_sessions.LAUNCHER = usual, usual_of_sessions
    data = coverage.CoverageData(basename=str(measured.config.data_file), suffix="sandbox")
    data.add_arcs(traced_launcher.arcs(path))
    data.write()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def runtimes() -> Runtimes:
    """The host's, each asked once: a dozen interpreters that start and end."""
    return await discover()


@pytest_asyncio.fixture(scope="session", loop_scope="session", params=machine.tested())
async def sandboxes(
    request: pytest.FixtureRequest,
    runtimes: Runtimes,
    traced: None,  # noqa: ARG001 - tracing comes first
) -> AsyncIterator[Sandboxes]:
    """The engine of the parameter. A room that is about one engine says so: `on_engine`."""
    if request.param.startswith("docker") and machine.expected() & {"docker", request.param}:
        request.getfixturevalue("private_engine")
    before = host.traces()
    try:
        driver = await _without_spares(request.param)
    except SandboxUnavailableError as error:
        if request.param in machine.expected():
            pytest.fail(f"this machine should offer the engine {request.param}: {error.detail}")
        pytest.skip(f"no engine {request.param} here: {error.detail}")
    yield Sandboxes(driver, runtimes)
    await driver.close()
    left = host.traces() - before
    assert not left, f"the driver left something behind when it closed: {sorted(left)}"


async def _without_spares(engine: str) -> Driver:
    """Open an engine whose containers are made when a program comes. Raises SandboxUnavailableError.

    A test gives back what stands ready before it looks at the host, and again after: with spares, each would have
    containers made that no program ever runs in, and with a kernel of its own one takes more than half a second of
    a processor. `namespaces` keeps its spares, which cost milliseconds.
    """
    match ENGINES[engine].driver:
        case "oci":
            return await OciDriver.open(getattr(container_tools, engine.upper()), spares=0)
        case "docker":
            return await DockerDriver.open(engine, spares=0)
        case _:
            return await ENGINES[engine].open()


def on_engine(*names: str) -> pytest.MarkDecorator:
    """Have tests that use `sandboxes` run on this engine alone; or on those of several that are tested here."""
    chosen = machine.named() or (names if len(names) == 1 else machine.tested())
    here: list[object] = [name for name in names if name in chosen]
    elsewhere = pytest.param(names[0], marks=pytest.mark.skip("this run is for other engines"))
    return pytest.mark.parametrize("sandboxes", here or [elsewhere], indirect=True)


@pytest.fixture(autouse=True)
def promised(request: pytest.FixtureRequest) -> None:
    """Pass over a test marked with a `promise` where the engine's own report says that it can't keep it."""
    for mark in request.node.iter_markers("promise"):
        sandboxes: Sandboxes = request.getfixturevalue("sandboxes")
        report = sandboxes.driver.report()
        if reason := report.unpromised.get(mark.args[0]):
            pytest.skip(f"{report.engine} does not promise that {mark.args[0]}: {reason}")


@pytest.fixture
def sessions_possible(sandboxes: Sandboxes) -> None:
    """Pass over a test of sessions where the driver's own report says that it has none here."""
    report = sandboxes.driver.report()
    if not report.sessions:
        pytest.skip(report.missing["sessions"])


@contextlib.asynccontextmanager
async def leaving_nothing(sandboxes: Sandboxes) -> AsyncIterator[None]:
    """Fail where a process, mount, group or folder of a sandbox is still there after the block."""
    await sandboxes.driver.give_back()
    before = sandboxes.traces()
    yield
    await sandboxes.driver.give_back()
    left, deadline = sandboxes.traces() - before, time.monotonic() + SETTLING_SECONDS
    while left and time.monotonic() < deadline:  # the kernel lets go of a group a moment after its last process
        await asyncio.sleep(0.02)
        left = sandboxes.traces() - before
    assert left == set()


@pytest_asyncio.fixture(loop_scope="session")
async def nothing_left(sandboxes: Sandboxes) -> AsyncIterator[None]:
    """Fail a test after which something of a sandbox is still there."""
    async with leaving_nothing(sandboxes):
        yield
