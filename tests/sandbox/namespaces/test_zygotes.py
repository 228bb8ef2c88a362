"""What becomes of programs when what they are forked from hangs, gets old, or can't be had."""

import asyncio
import os
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import SandboxOutput, SandboxSpec, SandboxStarted
from crucible.sandbox import warm
from crucible.sandbox.namespaces import zygotes
from crucible.sandbox.namespaces.driver import NamespacesDriver
from crucible.sandbox.runtimes import on_host
from crucible.sandbox.runtimes.declared import declarations
from crucible.sandbox.runtimes.known import Runtimes
from tests.sandbox import host
from tests.sandbox.fixtures import Sandboxes
from tests.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def own(runtimes: Runtimes) -> AsyncIterator[Sandboxes]:
    """A driver of the test's own, which keeps no spare sandboxes: each program's is forked when it comes."""
    before = host.traces()
    driver = await NamespacesDriver.open(spares=0)
    yield Sandboxes(driver, runtimes)
    await driver.close()
    assert not host.traces() - before


def current(sandboxes: Sandboxes) -> list[zygotes.Zygote]:
    assert isinstance(sandboxes.driver, NamespacesDriver)
    return list(sandboxes.driver._zygotes._current.values())


def next_ones(sandboxes: Sandboxes) -> list["asyncio.Task[zygotes.Zygote]"]:
    assert isinstance(sandboxes.driver, NamespacesDriver)
    return list(sandboxes.driver._zygotes._next.values())


def processes(sandboxes: Sandboxes) -> set[int]:
    assert isinstance(sandboxes.driver, NamespacesDriver)
    return sandboxes.driver.zygotes()


def stop(zygote: zygotes.Zygote, number: int = signal.SIGSTOP) -> None:
    """Have every process of a zygote hang, as one does that waits for a disk that doesn't answer."""
    outside = zygote._process.pid
    for pid in [outside, *host.children(outside)]:
        os.kill(pid, number)


async def test_a_zygote_that_hangs_is_replaced_and_the_program_runs(
    own: Sandboxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await own.run("print('before')")).text == "before\n"
    (hanging,) = current(own)
    stop(hanging)
    monkeypatch.setattr(zygotes, "_FORK_SECONDS", 2)
    both = await asyncio.gather(own.run("print('one')"), own.run("print('two')"))
    monkeypatch.undo()
    assert [ran.text for ran in both] == ["one\n", "two\n"]
    assert hanging not in current(own)
    assert hanging._process.poll() is not None


@pytest.mark.skipif(os.geteuid() != 0, reason="what process 1 has open, the kernel shows to root alone")
async def test_process_1_holds_no_descriptor_of_its_zygotes(own: Sandboxes) -> None:
    """Whoever spoke to the executor in a zygote's place would be handed what the next sandboxes report on."""
    printed = asyncio.Event()

    def tell(event: object) -> None:
        if isinstance(event, SandboxOutput):
            printed.set()

    lasting = asyncio.create_task(own.run("print(1, flush=True)\nimport time; time.sleep(5)", on_event=tell))
    await printed.wait()
    (zygote,) = current(own)
    (forks,) = host.children(zygote.process)
    (process_1,) = host.children(forks)
    assert held(process_1) & held(forks) == set()
    await lasting


def held(process: int) -> set[str]:
    """Return what a process has open beside its standard streams: sockets, pipes, namespaces, and no files."""
    folder = Path(f"/proc/{process}/fd")
    names = (str(one.readlink()) for one in folder.iterdir() if int(one.name) > 2)
    return {name for name in names if not name.startswith("/")}


async def test_a_zygote_that_answers_what_nobody_asked_forks_no_more(own: Sandboxes) -> None:
    assert (await own.run("pass")).finished.outcome is Outcome.SUCCEEDED
    (trusted,) = current(own)
    here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with here, there:
        here.setblocking(False)
        trusted._requests, real = here, trusted._requests
        there.send(zygotes.zygote.MADE)
        trusted._hear()
        trusted._requests = real
    assert trusted.is_stale
    assert (await own.run("pass")).finished.outcome is Outcome.SUCCEEDED


async def test_an_interpreter_of_before_an_upgrade_serves_nobody_who_comes_after(own: Sandboxes) -> None:
    python = own.runtimes.get("python")
    assert python is not None
    assert python.origin is not None
    assert python.file is not None
    asked = replace(python, report=replace(python.report, version="0.1"))
    upgraded = replace(asked, origin=replace(python.origin, state=replace(python.file, inode=0)))
    code = "import platform; print('CPython', platform.python_version())"
    for runtime in (asked, upgraded, upgraded):
        ran = await own.run_with(runtime, SandboxSpec(runtime="python", code=code))
        started = ran.events[0]
        assert isinstance(started, SandboxStarted)
        assert f"{started.runtime_version}\n" == ran.text
    assert len(current(own)) == 2


async def test_a_fork_that_nobody_waits_for_any_more_costs_no_other_its_life(own: Sandboxes) -> None:
    printed = asyncio.Event()

    def tell(event: object) -> None:
        if isinstance(event, SandboxOutput):
            printed.set()

    long = "print('begun', flush=True)\nimport time; time.sleep(1)\nprint('ended')"
    neighbour = asyncio.create_task(own.run(long, on_event=tell))
    await printed.wait()
    (zygote,) = current(own)
    stop(zygote)
    unwanted = asyncio.create_task(own.run("print('unwanted')"))

    async def is_asked() -> bool:
        return zygote._turn.locked()

    await until(is_asked)
    unwanted.cancel()
    with pytest.raises(asyncio.CancelledError):
        async with asyncio.timeout(5):  # it leaves though there is no answer yet
            await unwanted
    wanted = asyncio.create_task(own.run("print('next')"))
    await until(is_asked)
    stop(zygote, signal.SIGCONT)
    assert (await wanted).text == "next\n"
    assert (await neighbour).text == "begun\nended\n"
    assert current(own) == [zygote]


async def test_a_zygote_that_never_gets_ready_is_our_fault_and_leaves_nothing(
    own: Sandboxes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    never = tmp_path / "never.py"
    never.write_text("import time; time.sleep(60)")
    monkeypatch.setattr(zygotes, "START", (str(never),))
    monkeypatch.setattr(zygotes, "_START_SECONDS", 0.3)
    ran = await own.run("print('never')")
    assert ran.finished.outcome is Outcome.SANDBOX_ERROR
    assert "did not answer within 0.3 s" in (ran.finished.error or "")
    monkeypatch.undo()
    assert (await own.run("print('after')")).text == "after\n"


@pytest.mark.parametrize("limit", ["MOST_FORKS", "MOST_SECONDS"])
async def test_a_zygote_is_replaced_when_it_is_old_and_what_it_forked_runs_on(
    own: Sandboxes, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    assert (await own.run("print('first')")).text == "first\n"
    monkeypatch.setattr(zygotes, limit, 1 if limit == "MOST_FORKS" else 0.0)
    runs, go = asyncio.Event(), asyncio.Event()
    forked_from: list[zygotes.Zygote] = []

    def note(event: object) -> None:
        if isinstance(event, SandboxOutput) and not runs.is_set():
            forked_from.extend(current(own))
            runs.set()

    async def lasts() -> str:
        ran = await own.run("import time; print('runs', flush=True); time.sleep(1.5); print('on')", on_event=note)
        go.set()
        return ran.text

    lasting = asyncio.create_task(lasts())
    await runs.wait()
    assert [(await own.run(f"print({number})")).text for number in range(3)] == ["0\n", "1\n", "2\n"]
    (old,) = forked_from
    assert old not in current(own)
    assert go.is_set() or old._process.poll() is None
    assert await lasting == "runs\non\n"

    async def is_gone() -> bool:
        return old._process.poll() is not None

    await until(is_gone)


async def test_nobody_waits_for_the_zygote_that_takes_over(
    own: Sandboxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await own.run("print('first')")).text == "first\n"
    (old,) = current(own)
    monkeypatch.setattr(zygotes, "MOST_FORKS", 4)
    monkeypatch.setattr(zygotes, "_AGING", 0.25)
    assert (await own.run("print('second')")).text == "second\n"
    assert current(own) == [old]
    (coming,) = next_ones(own)
    successor = await coming
    assert processes(own) == {old.process, successor.process}
    assert [(await own.run(f"print({number})")).text for number in range(3)] == ["0\n", "1\n", "2\n"]
    assert current(own) == [successor]

    async def is_alone() -> bool:
        return processes(own) == {successor.process}

    await until(is_alone)
    assert old._process.poll() is not None


async def test_a_zygote_that_died_before_it_took_over_is_replaced_itself(
    own: Sandboxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await own.run("print('first')")).text == "first\n"
    (old,) = current(own)
    monkeypatch.setattr(zygotes, "_AGING", 0.0)
    assert (await own.run("print('second')")).text == "second\n"
    (coming,) = next_ones(own)
    dead = await coming
    monkeypatch.undo()
    stop(dead, signal.SIGKILL)
    os.kill(old.process, signal.SIGKILL)

    async def are_known_to_be_gone() -> bool:
        return old.is_stale and dead.is_stale

    await until(are_known_to_be_gone)
    with capture_logs() as logs:
        assert (await own.run("print('third')")).text == "third\n"
    assert "zygote_replaced" not in [line["event"] for line in logs], "nothing was tried with it"
    assert not {old, dead} & set(current(own))


async def test_a_zygote_that_was_to_take_over_ends_with_the_driver(
    own: Sandboxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether it is ready by then or not; its fixture sees that nothing is left."""
    monkeypatch.setattr(zygotes, "_AGING", 0.0)
    assert (await own.run("print('first')")).text == "first\n"
    assert (await own.run("print('second')")).text == "second\n"
    assert len(processes(own)) == 2


@pytest.fixture
def without_ctypes() -> Iterator[Path]:
    """A copy of this Python that was built without libffi, as far as it can tell."""
    base, name = Path(sys.base_prefix), f"python3.{sys.version_info.minor}"
    left_out = shutil.ignore_patterns(
        "_ctypes*", "test", "tests", "*-packages", "__pycache__", "config-*", "idlelib"
    )
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        prefix = Path(folder)
        for part in ("bin", "lib"):
            (prefix / part).mkdir()
        shutil.copy2(os.path.realpath(sys.executable), prefix / "bin" / name)
        shutil.copytree(base / "lib" / name, prefix / "lib" / name, ignore=left_out, symlinks=True)
        for library in (base / "lib").glob("libpython*.so*"):
            shutil.copy2(library, prefix / "lib", follow_symlinks=False)
        prefix.chmod(0o755)
        yield prefix


async def test_a_python_without_ctypes_is_started_for_each_program_and_says_so(
    own: Sandboxes, without_ctypes: Path
) -> None:
    (declaration,) = [one for one in declarations() if one["language"] == "python"]
    (interpreter,) = (without_ctypes / "bin").iterdir()
    crippled = await on_host._probe(str(interpreter), declaration)
    assert crippled is not None
    assert (crippled.report.lacking, crippled.warm) == (("ctypes",), ())
    assert crippled.prefix == str(without_ctypes)
    ran = await Sandboxes(own.driver, Runtimes([crippled])).run(
        "import sys; print(sys.prefix)\ntry: import ctypes\nexcept ImportError as error: print(error)",
        crippled.report.name,
    )
    assert ran.finished.outcome is Outcome.SUCCEEDED, ran
    assert ran.text == f"{without_ctypes}\nNo module named '_ctypes'\n"


async def test_spares_grow_with_use_and_are_given_back_without_it(
    runtimes: Runtimes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warm, "_LOOK_SECONDS", 0.2)
    driver = await NamespacesDriver.open()
    sandboxes = Sandboxes(driver, runtimes)

    async def has(least: int, most: int) -> bool:
        return least <= driver._pool.spares() <= most

    try:
        await sandboxes.run("pass")
        many = [asyncio.create_task(sandboxes.run("import time; time.sleep(2)")) for _ in range(12)]
        await until(lambda: has(13, 13))
        await asyncio.gather(*many)
        await until(lambda: has(2, 2))
        assert (await sandboxes.run("print('at once')")).text == "at once\n"
    finally:
        await driver.close()
