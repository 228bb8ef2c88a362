"""What happens to programs when a real engine stops, hangs, forgets or is killed, and when the executor is."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from crucible.domain.errors import SandboxUnavailableError
from crucible.domain.limits import Limits
from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import SandboxEvent, SandboxFinished, SandboxOutput, SandboxSpec
from crucible.sandbox.docker import root, usage
from crucible.sandbox.docker.blueprint import EXECUTOR_LABEL, LABEL
from crucible.sandbox.docker.driver import DockerDriver
from crucible.sandbox.docker.engine import Engine, EngineRefusedError
from crucible.sandbox.runtimes.known import Runtimes
from crucible.sandbox.runtimes.runtime import Runtime
from tests.sandbox.docker.private_engine import PrivateEngine, engine

LONG = "print('here', flush=True)\nimport time; time.sleep(60)"


@pytest.fixture
def own_engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[PrivateEngine]:
    """An engine that a test may break."""
    with engine() as private:
        monkeypatch.setenv("DOCKER_HOST", private.address)
        yield private


@pytest.fixture
async def driver(own_engine: PrivateEngine) -> AsyncIterator[DockerDriver]:
    assert own_engine.socket.exists()
    opened = await DockerDriver.open(spares=1)
    yield opened
    await opened.close()


@pytest.fixture
def python(runtimes: Runtimes) -> Runtime:
    found = runtimes.get("python")
    assert found is not None
    return found


async def run(
    driver: DockerDriver,
    python: Runtime,
    code: str,
    then: Callable[[], None] | None = None,
    argv: tuple[str, ...] = (),
    **limits: float,
) -> SandboxFinished:
    """Run a program; do something once it printed."""

    async def emit(event: SandboxEvent) -> None:
        if isinstance(event, SandboxOutput) and then is not None:
            await asyncio.to_thread(then)

    spec = SandboxSpec(runtime="python", code=code, argv=argv, limits=Limits(**limits))  # type: ignore[arg-type]
    return await driver.run(spec, python, emit, asyncio.Event())


async def left(private: PrivateEngine) -> dict[str, dict[str, str]]:
    return await (await Engine.connect(str(private.socket))).containers(LABEL)


async def running(private: PrivateEngine) -> set[str]:
    """Return what has a process. What was about to be started when its executor was killed has none, and stays."""
    engine = await Engine.connect(str(private.socket))
    found = set()
    for container_id in await left(private):
        with contextlib.suppress(EngineRefusedError):  # it is gone by now
            found |= {container_id} if await engine.process(container_id) else set()
    return found


async def test_an_engine_that_stops_is_nobodys_fault_but_ours_and_serves_again(
    own_engine: PrivateEngine, driver: DockerDriver, python: Runtime
) -> None:
    finished = await run(driver, python, LONG, own_engine.stop)
    assert finished.outcome is Outcome.SANDBOX_ERROR
    assert "engine" in (finished.error or "")
    finished = await run(driver, python, "print('x')")
    assert finished.outcome is Outcome.SANDBOX_ERROR
    assert "no sandbox could be made" in (finished.error or "")
    own_engine.stop()  # the program ended before the engine did, for whose end this waits
    own_engine.start()
    assert (await run(driver, python, "print('x')")).outcome is Outcome.SUCCEEDED
    await driver.give_back()
    assert await left(own_engine) == {}


async def test_no_program_runs_on_where_the_engine_was_killed(
    own_engine: PrivateEngine, driver: DockerDriver, python: Runtime
) -> None:
    def program() -> list[str]:
        commands = {entry: entry / "cmdline" for entry in Path("/proc").iterdir() if entry.name.isdigit()}
        found = []
        for entry, command in commands.items():
            with contextlib.suppress(OSError):
                if b"main.py\0marked" in command.read_bytes():
                    found.append(entry.name)
        return found

    running: list[str] = []

    def kill() -> None:
        running.extend(program())
        own_engine.stop(signal.SIGKILL)

    finished = await run(driver, python, LONG, kill, argv=("marked",))
    assert running
    assert finished.outcome is Outcome.SANDBOX_ERROR
    assert "engine" in (finished.error or "")
    for _ in range(100):
        if not program():
            break
        await asyncio.sleep(0.05)
    assert program() == []


async def test_an_engine_that_hangs_does_not_prolong_a_program(
    own_engine: PrivateEngine, driver: DockerDriver, python: Runtime
) -> None:
    await run(driver, python, "pass", wall_seconds=2)  # and a spare one stands
    await asyncio.sleep(1)
    hung = asyncio.get_running_loop().call_later(10, own_engine.resume)
    try:
        finished = await run(driver, python, LONG, own_engine.pause, wall_seconds=2)
        assert finished.outcome is Outcome.TIMED_OUT
        assert finished.wall_seconds < 9
    finally:
        hung.cancel()
        own_engine.resume()


async def images(asked: Engine) -> list[str]:
    """Return the names of those that the engine's containers are made of."""
    filters = json.dumps({"reference": [root.REPOSITORY]})
    found = await asked._ask("GET", "/images/json", {"filters": filters})
    return [name for image in found for name in image["RepoTags"]]


async def test_an_image_that_was_removed_is_made_again(
    own_engine: PrivateEngine, driver: DockerDriver, python: Runtime
) -> None:
    await driver.give_back()
    asked = await Engine.connect(str(own_engine.socket))
    (image,) = await images(asked)
    await asked._ask("DELETE", f"/images/{image}")
    assert await images(asked) == []
    assert (await run(driver, python, "print('x')")).outcome is Outcome.SUCCEEDED


async def test_nothing_runs_on_of_an_executor_that_was_killed_and_the_next_removes_what_is_listed(
    own_engine: PrivateEngine, driver: DockerDriver, python: Runtime
) -> None:
    code = (
        "import asyncio\n"
        "from tests.sandbox.docker import test_bad_luck as luck\n"
        "from crucible.sandbox.runtimes.on_host import discover\n"
        "from crucible.sandbox.docker.driver import DockerDriver\n"
        "async def main():\n"
        "    driver, found = await asyncio.gather(DockerDriver.open(), discover())\n"
        "    say = lambda: print('runs', flush=True)\n"
        "    await luck.run(driver, found.get('python'), luck.LONG, say)\n"
        "asyncio.run(main())"
    )
    executor = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": "."}
    )
    assert executor.stdout is not None
    assert await executor.stdout.readline() == b"runs\n"
    assert await left(own_engine) != {}
    executor.kill()
    await executor.wait()
    for _ in range(200):
        if not await running(own_engine):
            break
        await asyncio.sleep(0.1)
    assert await running(own_engine) == set()
    await (await DockerDriver.open()).close()
    assert await left(own_engine) == {}
    assert (await run(driver, python, "print('x')")).outcome is Outcome.SUCCEEDED


async def test_containers_of_executors_that_are_no_more_are_swept(
    own_engine: PrivateEngine, driver: DockerDriver, python: Runtime
) -> None:
    await run(driver, python, "pass")
    asked = await Engine.connect(str(own_engine.socket))
    (image, *_) = await images(asked)
    ours = driver._house.labels[EXECUTOR_LABEL]
    namespace, number, _ = ours.split(".")
    owners = {"gone": f"{namespace}.{number}.1", "elsewhere": f"1.{number}.1", "alive": ours}
    made = {
        name: await asked.create(
            name, {"Image": image, "Cmd": ["x"], "Labels": {LABEL: "", EXECUTOR_LABEL: owner}}
        )
        for name, owner in owners.items()
    }
    await driver.give_back()
    second = await DockerDriver.open()
    await second.close()
    assert await left(own_engine) == {
        made[name]: {LABEL: "", EXECUTOR_LABEL: owners[name]} for name in ("elsewhere", "alive")
    }


async def test_a_socket_that_may_not_be_opened_is_told_with_what_opens_it(own_engine: PrivateEngine) -> None:
    code = (
        "import asyncio, os\n"
        "from crucible.domain.errors import SandboxUnavailableError\n"
        "from crucible.sandbox.docker.driver import DockerDriver\n"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "try: asyncio.run(DockerDriver.open())\n"
        "except SandboxUnavailableError as error: print(error.detail)"
    )
    own_engine.folder.chmod(0o755)
    own_engine.socket.chmod(0o660)
    said = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    assert "Permission denied" in said.stdout
    assert "sudo usermod --append --groups docker" in said.stdout


async def test_an_engine_without_gvisor_says_how_to_get_it(own_engine: PrivateEngine) -> None:
    own_engine.stop()
    own_engine.start(runsc=None)
    with pytest.raises(SandboxUnavailableError) as caught:
        await DockerDriver.open("docker-gvisor")
    assert "sudo runsc install" in caught.value.detail


async def test_usage_is_asked_of_an_engine_whose_groups_can_not_be_seen(
    driver: DockerDriver, python: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hidden(process: int, ours: int) -> None:
        raise FileNotFoundError(process, ours)

    await driver.give_back()
    monkeypatch.setattr(usage.cgroup, "of", hidden)
    finished = await run(driver, python, "block = b'x' * (20 << 20)\nimport time; time.sleep(1)")
    assert finished.outcome is Outcome.SUCCEEDED
    assert finished.peak_memory_bytes > 15 << 20
    assert finished.cpu_seconds > 0
    finished = await run(driver, python, "block = b'x' * (1 << 30)", memory_bytes=64 << 20)
    assert finished.outcome is Outcome.MEMORY_EXCEEDED


async def test_a_full_disk_of_the_engine_is_nobodys_fault_but_ours_and_leaves_nothing(
    python: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with engine(disk="64m") as private:
        monkeypatch.setenv("DOCKER_HOST", private.address)
        driver = await DockerDriver.open(spares=0)
        try:
            assert (await run(driver, python, "print('x')")).outcome is Outcome.SUCCEEDED
            await asyncio.to_thread(private.fill_disk)
            finished = await run(driver, python, "print('x')")
            assert finished.outcome is Outcome.SANDBOX_ERROR
            assert "no space left on device" in (finished.error or "")
            await asyncio.to_thread(private.empty_disk)
            assert (await run(driver, python, "print('x')")).outcome is Outcome.SUCCEEDED
            await driver.give_back()
            assert await left(private) == {}
        finally:
            await driver.close()
