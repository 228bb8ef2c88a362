"""Docker with gVisor as its runtime: what each does is tested elsewhere, that they fit is tested here."""

import pytest

from crucible.domain import errors
from crucible.domain.limits import MIB
from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import Isolation, SandboxStarted
from crucible.domain.session import EndReason, ExecSpec, SessionLimits, SessionSpec
from tests.sandbox.fixtures import Sandboxes, on_engine

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    on_engine("docker-gvisor"),
    pytest.mark.usefixtures("nothing_left"),
]


async def test_a_program_meets_another_kernel_and_its_result_says_so(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        "import os, sys; open('made', 'w').write('x'); print(os.uname().release, os.getuid(), sys.stdin.read())",
        stdin=b"in",
    )
    assert (ran.finished.outcome, ran.text) == (Outcome.SUCCEEDED, "4.4.0 1000 in\n")
    assert ran.files == {"made": b"x"}
    started = ran.events[0]
    assert isinstance(started, SandboxStarted)
    assert started.containment.isolation is Isolation.USER_SPACE_KERNEL
    assert started.containment.kernel == "gVisor, as Linux 4.4.0"


async def test_limits_that_gvisors_kernel_does_not_know_hold_all_the_same(sandboxes: Sandboxes) -> None:
    hog = await sandboxes.run("block = b'x' * (1 << 30)", memory_bytes=64 * MIB, wall_seconds=60)
    assert hog.finished.outcome is Outcome.MEMORY_EXCEEDED
    forks = await sandboxes.run(
        "import os, time\nmade = 0\ntry:\n  while True:\n    if os.fork() == 0: time.sleep(60)\n    made += 1\n"
        "except BlockingIOError: print(made)",
        processes=8,
        wall_seconds=60,
    )
    assert forks.text == "7\n"
    files = await sandboxes.run("for i in range(10 ** 6): open(f'{i}', 'w')", disk_bytes=4 * MIB, wall_seconds=60)
    assert files.finished.outcome is Outcome.DISK_EXCEEDED


async def test_a_program_that_ends_for_none_of_its_own_reasons_is_timed_out(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run("import time\nwhile True: time.sleep(1)", wall_seconds=3)
    assert ran.finished.outcome is Outcome.TIMED_OUT


NO_POWER = """
import os, resource, subprocess
who = int(subprocess.check_output("ps -u 65534 -o pid= | grep -vw 1", shell=True))
print("session_init" in open(f"/proc/{who}/cmdline").read())
def tried(what, *arguments):
    try: return what(*arguments)
    except OSError as error: return error.strerror
print({tried(os.kill, who, number) for number in range(1, 65) if number not in (32, 33)})
print(tried(resource.prlimit, who, resource.RLIMIT_NOFILE, (4, 4)))
for held in os.listdir(f"/proc/{who}/fd"):
    for how in (os.O_RDONLY, os.O_WRONLY):
        path = f"/proc/{who}/fd/{held}"
        if os.readlink(path) != "/dev/null" and isinstance(tried(os.open, path, how | os.O_NONBLOCK), int):
            print("opened", path, os.readlink(path))
for what in ("mem", "root/", "cwd/"):
    if isinstance(tried(os.open, f"/proc/{who}/{what}", os.O_RDONLY), int): print("opened", what)
"""


async def test_root_in_a_session_has_no_power_over_what_stands_beside_process_1(sandboxes: Sandboxes) -> None:
    session = await sandboxes.open_session(SessionSpec())
    try:
        ran = await session.exec(ExecSpec(argv=("python3", "-c", NO_POWER), timeout_seconds=100.0), None)
        assert ran.stdout == b"True\n{'Operation not permitted'}\nOperation not permitted\n", ran
    finally:
        await session.end(EndReason.DESTROYED, "the test is over")


async def test_more_files_than_a_sessions_memory_holds_end_it_and_nothing_else(sandboxes: Sandboxes) -> None:
    """gVisor's tmpfs counts no inodes."""
    session = await sandboxes.open_session(SessionSpec(limits=SessionLimits(memory_bytes=64 * MIB)))
    many = "import os\nfor n in range(10 ** 7): os.mkdir(str(n))"
    with pytest.raises(errors.SessionEndedError, match="as its memory was spent"):
        await session.exec(ExecSpec(argv=("python3", "-c", many), timeout_seconds=100.0), None)
    await session.end(EndReason.DESTROYED, "the test is over")
