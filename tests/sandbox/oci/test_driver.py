"""What is particular to containers: processes killed under them, and interpreters that were there before."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import Isolation, SandboxEvent, SandboxOutput, SandboxStarted
from crucible.sandbox.oci import container
from crucible.sandbox.oci.container import ENDING_SECONDS, Container
from crucible.sandbox.oci.driver import OciDriver
from crucible.sandbox.oci.kind import Kind
from crucible.sandbox.standing import SandboxBrokenError
from tests.sandbox.fixtures import Ran, Sandboxes
from tests.waiting import PATIENCE_SECONDS, until

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.usefixtures("nothing_left"),
    pytest.mark.parametrize("sandboxes", ["runc", "gvisor"], indirect=True),
]


_PROCESS_1 = {"runc": "process_1 import main", "gvisor": "runsc-sandbox"}
"""What is in the command line of a container's process 1, as the host sees it."""


def _descendants(parent: int) -> list[int]:
    found = []
    for children in Path(f"/proc/{parent}/task").glob("*/children"):
        for child in map(int, children.read_text().split()):
            found += [child, *_descendants(child)]
    return found


def _named(name: str) -> list[int]:
    """Return the processes below this one whose command line has the name in it."""
    found = []
    for pid in _descendants(os.getpid()):
        try:
            if name in Path(f"/proc/{pid}/cmdline").read_text():
                found.append(pid)
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


async def _run_and_kill(sandboxes: Sandboxes, name: str) -> Ran:
    """Run a program that waits, and kill processes of that name once it has printed."""

    def kill(event: SandboxEvent) -> None:
        if isinstance(event, SandboxOutput):
            for pid in _named(name):
                os.kill(pid, signal.SIGKILL)

    return await sandboxes.run("import time; print('here', flush=True); time.sleep(60)", on_event=kill)


async def test_processes_killed_under_a_program_are_our_fault_and_leave_nothing(sandboxes: Sandboxes) -> None:
    ran = await _run_and_kill(sandboxes, _PROCESS_1[sandboxes.driver.engine])
    assert ran.finished.outcome is Outcome.SANDBOX_ERROR
    assert "ended without a report" in (ran.finished.error or "")
    again = await sandboxes.run("print('again')")
    assert (again.finished.outcome, again.text) == (Outcome.SUCCEEDED, "again\n")


async def test_a_container_that_is_given_up_before_its_first_word_is_gone_at_once(
    sandboxes: Sandboxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def deaf(_container: Container, _patience: float) -> None:
        raise SandboxBrokenError("not listened to")

    with monkeypatch.context() as patch:
        patch.setattr(Container, "stand", deaf)
        ran = await sandboxes.run("pass")
    assert (ran.finished.outcome, "not listened to" in (ran.finished.error or "")) == (Outcome.SANDBOX_ERROR, True)
    async with asyncio.timeout(ENDING_SECONDS / 2):
        await sandboxes.driver.give_back()


async def _have_one_stand(sandboxes: Sandboxes, patch: pytest.MonkeyPatch) -> None:
    """Have one container wait for a program, and no other be made as long as the patch holds."""
    assert isinstance(sandboxes.driver, OciDriver)
    pool = sandboxes.driver._pool

    async def one_stands() -> bool:
        return pool.spares() == 1

    async def make_none(_: Kind) -> Container:
        raise SandboxBrokenError("all are used")

    patch.setattr(pool, "_most", 1)
    await pool.give_back()  # a spare of another kind would be taken for the one
    await sandboxes.run("pass")
    await until(one_stands, PATIENCE_SECONDS)
    for make in ("_make", "_make_ahead"):
        patch.setattr(pool, make, make_none)


async def test_a_program_runs_in_the_container_that_stands_ready_and_the_next_one_in_another(
    sandboxes: Sandboxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        await _have_one_stand(sandboxes, patch)
        ready, none = [await sandboxes.run("print('ready')") for _ in range(2)]
    assert (ready.finished.outcome, ready.text) == (Outcome.SUCCEEDED, "ready\n")
    assert none.finished.error == "no sandbox could be made: all are used"


async def test_a_keeper_that_hangs_is_our_fault_and_soon_given_up(
    sandboxes: Sandboxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand = Container.stand

    async def stand_and_hang(stood: Container, patience: float) -> None:
        await stand(stood, patience)
        (keeper,) = _descendants(_process_of(stood))[:1]
        os.kill(keeper, signal.SIGSTOP)

    with monkeypatch.context() as patch:
        patch.setattr(Container, "stand", stand_and_hang)
        patch.setattr(container, "HANDING_SECONDS", 0.2)
        ran = await sandboxes.run("pass")
        await sandboxes.driver.give_back()
    assert ran.finished.outcome is Outcome.SANDBOX_ERROR
    assert ran.finished.error == "the container did not take its program within 0.2 s"


def _process_of(held: Container) -> int:
    """Return the process that a container is held by."""
    about = Path(f"/proc/self/fdinfo/{held._process}").read_text().splitlines()
    return next(int(line.split()[1]) for line in about if line.startswith("Pid:"))


async def test_the_record_says_what_contains_it(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run("pass")
    (started,) = [event for event in ran.events if isinstance(event, SandboxStarted)]
    gvisor = sandboxes.driver.engine == "gvisor"
    assert started.containment.engine == sandboxes.driver.engine
    assert started.containment.isolation is (Isolation.USER_SPACE_KERNEL if gvisor else Isolation.SHARED_KERNEL)
    assert started.containment.kernel.startswith("gVisor" if gvisor else "Linux")
    assert (started.containment.landlock_abi == 0) is gvisor
    assert started.containment.enforces == sandboxes.driver.report().enforces


async def test_the_interpreter_that_waited_can_not_be_told_from_a_new_one(
    sandboxes: Sandboxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = (
        "import os, resource, sys, threading, atexit, __main__\n"
        "atexit.register(print, 'at exit')\n"
        "print(__name__, __file__, sys.argv, sys.path[0], __main__.__dict__ is globals())\n"
        "print(sorted(set(globals())), os.environ.get('X'), [n for n in sys.modules if 'crucible' in n])\n"
        "print(sorted(os.listdir('/proc/self/fd')), os.getcwd(), oct(os.umask(0)), os.getuid(), os.getgroups())\n"
        "print(os.listdir(), [resource.getrlimit(kind) for kind in range(16)])\n"
        "threading.Thread(target=lambda: print('thread')).start()\n"
        "sys.exit('the end')\n"
    )
    shared = await sandboxes.run(code, argv=("a",), env={"X": "1"})
    fresh = await sandboxes.run(code, argv=("a",), env={"X": "1"}, fresh=True)
    with monkeypatch.context() as patch:
        await _have_one_stand(sandboxes, patch)
        ahead = await sandboxes.run(code, argv=("a",), env={"X": "1"})
    assert fresh.text == ahead.text == shared.text
    assert "['main.py']" in shared.text
    assert fresh.output("stderr") == shared.output("stderr") == b"the end\n"
    assert fresh.finished.exit_code == shared.finished.exit_code == 1


async def test_what_an_interpreter_reads_when_it_starts_is_read(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run("print(hash('x'), __debug__)", env={"PYTHONHASHSEED": "0", "PYTHONOPTIMIZE": "1"})
    again = await sandboxes.run("print(hash('x'), __debug__)", env={"PYTHONHASHSEED": "0", "PYTHONOPTIMIZE": "1"})
    assert ran.text == again.text
    assert ran.text.endswith(" False\n")


async def test_two_sandboxes_share_no_hash_seed(sandboxes: Sandboxes) -> None:
    one, other = [await sandboxes.run("print(hash('x'))") for _ in range(2)]
    assert one.text != other.text


async def test_programs_in_all_languages_are_nobody(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run("grep -E '^(Cap|NoNew|Seccomp:)' /proc/self/status; cat /proc/self/uid_map", "bash")
    lines = dict(line.split(":\t") for line in ran.text.splitlines() if ":\t" in line)
    assert {lines[name] for name in lines if name.startswith("Cap")} == {"0000000000000000"}
    assert lines["Seccomp"] == "2"
