"""The link over a real socket and the executor's real server; what runs behind it is played.

A played driver, since what matters here is the executor's coming and going, not what it runs.
"""

import asyncio
import socket
from pathlib import Path

import pytest

from crucible.domain.errors import ExecutorUnavailableError
from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import DriverReport, Isolation, SandboxFinished, SandboxSpec
from crucible.executor import protocol, server
from crucible.executor.link import ExecutorLink
from crucible.executor.server import ExecutorServer
from crucible.sandbox.driver import Driver, Emit
from crucible.sandbox.engines import Engine, Engines
from crucible.sandbox.images import Images
from crucible.sandbox.runtimes.known import KnownRuntimes, Runtimes
from crucible.sandbox.runtimes.runtime import Runtime
from tests.fake_executor import PYTHON, STARTED, SUCCEEDED, stdout

RUNTIMES = Runtimes(
    [Runtime(report=PYTHON, interpreter="/usr/bin/true", prefix="/usr", compile_arguments=(), run_arguments=())]
)
SPEC = SandboxSpec(runtime="python3.11", code="pass")


class PlayedDriver:
    """Starts, waits until it is opened, and succeeds."""

    engine = "played"

    def __init__(self) -> None:
        self.opened = asyncio.Event()
        self.opened.set()
        self.stopped = 0

    def report(self) -> DriverReport:
        return DriverReport(engine="played", driver="played", available=True, isolation=Isolation.SHARED_KERNEL)

    async def run(
        self, _spec: SandboxSpec, _runtime: Runtime, emit: Emit, cancelled: asyncio.Event
    ) -> SandboxFinished:
        await emit(STARTED)
        waits = [asyncio.create_task(event.wait()) for event in (self.opened, cancelled)]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        self.stopped += cancelled.is_set()
        return SUCCEEDED

    async def close(self) -> None:
        pass


class FloodingDriver(PlayedDriver):
    """Prints until it is told to stop."""

    def __init__(self) -> None:
        super().__init__()
        self.prints = asyncio.Event()

    async def run(
        self, _spec: SandboxSpec, _runtime: Runtime, emit: Emit, cancelled: asyncio.Event
    ) -> SandboxFinished:
        """See `PlayedDriver`. Others have their turn when nobody takes any more of it."""
        self.prints.set()
        while not cancelled.is_set():
            await emit(stdout(bytes(65536)))
        self.stopped += 1
        return SUCCEEDED


class BrokenDriver(PlayedDriver):
    """Makes no sandbox: for nobody, or for those programs alone that are named."""

    def __init__(self) -> None:
        super().__init__()
        self.only_for: str | None = None
        self.asked: list[SandboxSpec] = []

    async def run(
        self, spec: SandboxSpec, runtime: Runtime, emit: Emit, cancelled: asyncio.Event
    ) -> SandboxFinished:
        """See `PlayedDriver`."""
        self.asked.append(spec)
        if self.only_for in {None, spec.code}:
            return SandboxFinished(outcome=Outcome.SANDBOX_ERROR, error="Read-only file system")
        return await super().run(spec, runtime, emit, cancelled)


async def listen(path: Path, driver: PlayedDriver) -> ExecutorServer:
    async def take() -> Driver:
        return driver

    engines = Engines("played", {"played": Engine(Isolation.SHARED_KERNEL, "played", take)})
    await engines.open("played")
    return await ExecutorServer.listen(path, engines, KnownRuntimes(RUNTIMES, {}), Images(path.parent / "images"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "executor.sock"


@pytest.fixture
def driver() -> PlayedDriver:
    return PlayedDriver()


async def played(link: ExecutorLink) -> list[object]:
    return [event async for event in link.run(SPEC)]


async def lost(link: ExecutorLink) -> None:
    async with asyncio.timeout(5):
        while link.is_connected:  # noqa: ASYNC110 - the link offers a wait for the opposite alone
            await asyncio.sleep(0.005)


async def test_before_the_executor_is_there_nothing_can_run_and_it_says_why(path):
    async with ExecutorLink(path) as link:
        await asyncio.sleep(0.01)
        assert (link.runtimes, link.is_connected) == ((), False)
        with pytest.raises(ExecutorUnavailableError, match="no executor listens"):
            await played(link)


async def test_it_connects_as_soon_as_the_executor_listens_and_runs_there(path, driver):
    async with ExecutorLink(path) as link:
        server = await listen(path, driver)
        await asyncio.wait_for(link.connected(), 5)
        assert link.runtimes == (PYTHON,)
        assert link.drivers == ()
        assert [report.engine for report in await link.survey()] == ["played"]
        assert await played(link) == [STARTED, SUCCEEDED]
        await server.close()


async def test_it_outlives_the_executor_and_finds_the_next_one(path, driver):
    async with ExecutorLink(path) as link:
        server = await listen(path, driver)
        await asyncio.wait_for(link.connected(), 5)
        driver.opened.clear()
        running = link.run(SPEC)
        assert await anext(running) == STARTED
        await server.close()
        with pytest.raises(ExecutorUnavailableError, match="went away"):
            await anext(running)
        await lost(link)
        assert link.runtimes == ()
        assert link.known_runtimes == (PYTHON,)
        driver.opened.set()
        server = await listen(path, driver)
        await asyncio.wait_for(link.connected(), 5)
        assert await played(link) == [STARTED, SUCCEEDED]
        await server.close()


async def test_while_it_is_away_its_engines_are_those_that_it_had(path, driver):
    async with ExecutorLink(path) as link:
        assert await link.survey() == ()
        server = await listen(path, driver)
        await asyncio.wait_for(link.connected(), 5)
        had = await link.survey()
        await server.close()
        await lost(link)
        assert await link.survey() == had == link.drivers


async def test_a_survey_of_an_executor_that_goes_away_is_the_last_one(path, driver, monkeypatch):
    async with ExecutorLink(path) as link:
        server = await listen(path, driver)
        await asyncio.wait_for(link.connected(), 5)
        asked = asyncio.Event()

        async def never(_: Engines) -> tuple[DriverReport, ...]:
            asked.set()
            return await asyncio.get_running_loop().create_future()

        monkeypatch.setattr(Engines, "reports", never)
        surveying = asyncio.ensure_future(link.survey())
        await asyncio.wait_for(asked.wait(), 5)
        await server.close()
        assert await asyncio.wait_for(surveying, 5) == ()


async def test_leaving_a_run_stops_it_in_the_executor(path, driver):
    async with ExecutorLink(path) as link:
        server = await listen(path, driver)
        await asyncio.wait_for(link.connected(), 5)
        driver.opened.clear()
        running = link.run(SPEC)
        assert await anext(running) == STARTED
        await running.aclose()
        async with asyncio.timeout(5):
            while not driver.stopped:  # noqa: ASYNC110 - it happens behind the socket
                await asyncio.sleep(0.005)
        await server.close()


async def test_a_client_that_reads_nothing_does_not_keep_the_executor_from_ending(path, monkeypatch):
    monkeypatch.setattr(server, "_LEAVING_SECONDS", 0.05)
    flooding = FloodingDriver()
    executor = await listen(path, flooding)
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.connect(str(path))
        for message in (protocol.Hello(), protocol.Run(run=1, spec=SPEC)):
            deaf.sendall(protocol.encode(message))
        await asyncio.wait_for(flooding.prints.wait(), 5)
        await asyncio.wait_for(executor.close(), 30)
    assert flooding.stopped == 1


async def test_an_engine_in_which_nothing_begins_is_not_available_until_something_does(path):
    driver = BrokenDriver()
    async with ExecutorLink(path) as link:
        server = await listen(path, driver)
        await asyncio.wait_for(link.connected(), 5)
        await link.survey()
        await played(link)
        assert link.doubted.is_set()
        await link.try_out()
        (report,) = link.drivers
        assert (report.available, link.is_broken) == (False, True)
        assert report.missing["engine"] == "an empty program did not begin: Read-only file system"
        assert await link.survey() == (report,)
        driver.only_for = "what fails by itself"
        await link.try_out()
        assert (link.drivers[0].available, link.is_broken) == (True, False)
        await server.close()


async def test_a_program_that_alone_finds_no_sandbox_is_no_reason_to_refuse_others(path):
    driver = BrokenDriver()
    driver.only_for = SPEC.code
    async with ExecutorLink(path) as link:
        server = await listen(path, driver)
        await asyncio.wait_for(link.connected(), 5)
        await link.survey()
        await played(link)
        await link.try_out("played")
        assert link.drivers[0].available
        assert [spec.code for spec in driver.asked] == [SPEC.code, ""]
        await server.close()
