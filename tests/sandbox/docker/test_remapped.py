"""An engine that puts a range of ids between its containers and the host: `dockerd --userns-remap`.

What each engine promises is tested elsewhere. Here is what differs, and that what needs the host's ids elsewhere
works: files of another owner's, sockets, sessions, groups.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
import pytest_asyncio

from crucible.domain.limits import MIB, Limits
from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import Promise, SandboxEvent, SandboxOutput, SandboxStarted
from crucible.domain.session import EndReason, ExecSpec, SessionSpec
from crucible.sandbox import counted
from crucible.sandbox.docker.driver import DockerDriver
from crucible.sandbox.runtimes.known import Runtimes
from crucible.sandbox.standing import SandboxBrokenError
from tests.sandbox.docker.private_engine import engine
from tests.sandbox.fixtures import Sandboxes

pytestmark = pytest.mark.asyncio(loop_scope="module")

BOUND = counted.BOUNDS["max_inotify_instances"]
TAKE_ALL = "import ctypes\ntaken = 0\nwhile ctypes.CDLL(None).inotify_init1(0) >= 0: taken += 1\nprint(taken)"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def remapped(runtimes: Runtimes) -> AsyncIterator[Sandboxes]:
    with engine(remapped=True) as private, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOCKER_HOST", private.address)
        driver = await DockerDriver.open(spares=0)
        yield Sandboxes(driver, runtimes)
        await driver.close()


async def test_a_program_is_in_a_user_namespace_of_its_own_and_its_result_says_so(remapped: Sandboxes) -> None:
    code = "import os, pwd\nprint(os.readlink('/proc/self/ns/user'), os.getuid())\n"
    code += "print(pwd.getpwuid(os.getuid()).pw_name, open('in').read())"
    both = await asyncio.gather(*(remapped.run(code, files={"in": b"given"}) for _ in range(2)))
    namespaces = {ran.text.split()[0] for ran in both}
    assert len({str(Path("/proc/self/ns/user").readlink()), *namespaces}) == 3
    for ran in both:
        assert ran.finished.outcome is Outcome.SUCCEEDED
        assert ran.text.split()[1:] == ["1000", "sandbox", "given"]
        started = ran.events[0]
        assert isinstance(started, SandboxStarted)
        assert "user" in started.containment.namespaces
        assert "in a user namespace" in started.containment.enforces["identity"]
    report = remapped.driver.report()
    assert "user namespace" not in report.missing
    assert "one range of ids" in report.unpromised[Promise.COUNTED_APART]


async def test_limits_hold_and_what_a_program_made_is_kept(remapped: Sandboxes) -> None:
    hog = await remapped.run("open('made', 'w').write('x')\nblock = b'x' * (1 << 30)", memory_bytes=64 * MIB)
    assert (hog.finished.outcome, hog.files) == (Outcome.MEMORY_EXCEEDED, {"made": b"x"})
    full = await remapped.run("open('made', 'wb').write(b'x' * (1 << 24))", disk_bytes=4 * MIB)
    assert full.finished.outcome is Outcome.DISK_EXCEEDED


async def test_no_program_takes_what_the_hosts_root_may_have_of_inotify(remapped: Sandboxes) -> None:
    """It is counted for whoever made the user namespaces, too, which is the host's root for all of them."""
    holds, enough = asyncio.Event(), asyncio.Event()

    def listen(event: SandboxEvent) -> None:
        if isinstance(event, SandboxOutput):
            holds.set()

    hold = f"{TAKE_ALL}\nimport sys, time\nsys.stdout.flush()\ntime.sleep(600)"
    first = asyncio.create_task(remapped.run(hold, on_event=listen, cancelled=enough, wall_seconds=600))
    first.add_done_callback(lambda _: holds.set())
    await holds.wait()
    second = await remapped.run(TAKE_ALL, wall_seconds=60)
    enough.set()
    assert ((await first).text, second.text) == (f"{BOUND}\n", f"{BOUND}\n")


async def test_a_session_has_users_and_files_of_its_own_and_the_same_bound(remapped: Sandboxes) -> None:
    session = await remapped.open_session(SessionSpec())
    try:
        script = "chown 65534 . && touch made && id -u && stat -c %u . made"
        finished = await session.exec(ExecSpec(argv=("/bin/sh", "-c", script), timeout_seconds=100.0), None)
        assert (finished.stdout, finished.stderr) == (b"0\n65534\n0\n", b"")
        finished = await session.exec(ExecSpec(argv=("python3", "-c", TAKE_ALL), timeout_seconds=100.0), None)
        assert finished.stdout == f"{BOUND}\n".encode()
    finally:
        await session.end(EndReason.DESTROYED, "the test is over")


async def test_what_is_closed_to_a_containers_root_is_named_with_what_opens_it(
    remapped: Sandboxes, tmp_path: Path
) -> None:
    code = tmp_path / "our code"
    code.mkdir(mode=0o700)
    driver = cast("DockerDriver", remapped.driver)
    blueprint = driver._blueprint(Limits(), sys.base_prefix)
    binds = ((str(code) if inside.endswith("/crucible") else source, inside) for source, inside in blueprint.binds)
    with pytest.raises(SandboxBrokenError, match=rf"(?s)process 1 broke: .*; sudo chmod -R o\+rX '{code}'$"):
        await driver._start(replace(blueprint, binds=tuple(binds)))
    await driver.give_back()
