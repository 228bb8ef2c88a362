"""Docker's containers on a host that has AppArmor, as Debian's and Ubuntu's have.

The engine puts each under its profile `docker-default`, which knows nothing of what Crucible does in there:
process 1 reads the memory of what it answers for, kills, and collects, and a session mounts.
"""

import asyncio
from pathlib import Path

import pytest

from crucible.domain.limits import MIB
from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import SandboxAttempt, SandboxEvent, SandboxOutput, SandboxStarted
from crucible.domain.session import EndReason, ExecSpec, SessionSpec
from tests.sandbox.fixtures import Sandboxes, on_engine

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    on_engine("docker"),
    pytest.mark.usefixtures("nothing_left"),
    pytest.mark.skipif(
        not Path("/sys/kernel/security/apparmor").is_dir(),
        reason="this kernel has no AppArmor; make test-cgroup2 boots one that has",
    ),
]

PROFILE = "docker-default (enforce)"


async def test_a_program_is_under_dockers_profile_and_its_result_says_so(sandboxes: Sandboxes) -> None:
    code = (
        "import sys\nprint(open('/proc/self/attr/apparmor/current').read(), sys.stdin.read(), open('in').read())\n"
        "open('made', 'w').write('x')"
    )
    ran = await sandboxes.run(code, stdin=b"from stdin", files={"in": b"given"})
    assert (ran.finished.outcome, ran.text) == (Outcome.SUCCEEDED, f"{PROFILE}\n from stdin given\n")
    assert ran.files == {"made": b"x"}
    started = ran.events[0]
    assert isinstance(started, SandboxStarted)
    assert started.containment.enforces["profile"] == f"AppArmor, {PROFILE}"


async def test_whom_a_program_and_its_child_tried_to_reach_is_recorded(sandboxes: Sandboxes) -> None:
    code = (
        "import os, socket\nchild = os.fork()\n"
        "try: socket.socket().connect(('192.0.2.1', 443 if child else 444))\n"
        "except OSError as error: print(error.errno, flush=True)\n"
        "if child: os.wait()"
    )
    ran = await sandboxes.run(code)
    attempts = [event for event in ran.events if isinstance(event, SandboxAttempt)]
    assert ran.finished.outcome is Outcome.SUCCEEDED
    assert {one.detail for one in attempts if one.action == "connection"} == {"192.0.2.1:443", "192.0.2.1:444"}


async def test_what_exceeds_its_memory_ends_and_what_is_cancelled_with_all_that_it_started(
    sandboxes: Sandboxes,
) -> None:
    hog = await sandboxes.run("open('made', 'w').write('x')\nblock = b'x' * (1 << 30)", memory_bytes=64 * MIB)
    assert (hog.finished.outcome, hog.files) == (Outcome.MEMORY_EXCEEDED, {"made": b"x"})
    cancelled = asyncio.Event()

    def end_it_when_it_printed(event: SandboxEvent) -> None:
        if isinstance(event, SandboxOutput):
            cancelled.set()

    code = "import os, time\nif os.fork(): os.write(1, b'here\\n')\ntime.sleep(600)"
    ran = await sandboxes.run(code, cancelled=cancelled, on_event=end_it_when_it_printed, wall_seconds=600)
    assert (ran.finished.outcome, ran.text) == (Outcome.CANCELLED, "here\n")


async def test_a_session_which_mounts_is_made_without_it(sandboxes: Sandboxes) -> None:
    session = await sandboxes.open_session(SessionSpec())
    try:
        script = "cat /proc/self/attr/apparmor/current && id -u && echo x > made && cat made"
        finished = await session.exec(ExecSpec(argv=("/bin/sh", "-c", script), timeout_seconds=100.0), None)
        assert (finished.stdout, finished.stderr) == (b"unconfined\n0\nx\n", b"")
        late = await session.exec(ExecSpec(argv=("sleep", "600"), timeout_seconds=1.0), None)
        assert late.outcome is Outcome.TIMED_OUT
    finally:
        await session.end(EndReason.DESTROYED, "the test is over")
