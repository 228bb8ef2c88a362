"""Hosts that lack what a sandbox is made of, or come to lack it: a clear refusal, nothing left, and no harm done.

Each is a real lack in namespaces of the test's own: the host itself is as before.
"""

import asyncio
import contextlib
import json
import os
import resource
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from crucible.domain.errors import ExecutorUnavailableError
from crucible.domain.limits import MIB, Limits
from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import SandboxFinished, SandboxSpec
from crucible.executor.client import ExecutorClient
from tests.waiting import ended

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root may take something from a host of its own")

CRUCIBLE = (sys.executable, "-m", "crucible")
OWN_MOUNTS = ("unshare", "--mount", "--propagation", "private")
OWN_USERS = """
import os, sys
from crucible.sandbox import kernel
here, there = os.pipe()
if os.fork() == 0:
    os.read(here, 1)
    for ids in "uid_map", "gid_map":
        with open(f"/proc/{os.getppid()}/{ids}", "w") as file:
            file.write("0 0 4294967295")
    os._exit(0)
kernel.unshare(kernel.CLONE_NEWUSER)
os.write(there, b"!")
os.wait()
for kind in filter(None, sys.argv[1].split(",")):
    with open(f"/proc/sys/user/max_{kind}_namespaces", "w") as file:
        file.write("0")
os.execvp(sys.argv[2], sys.argv[2:])
"""
"""Becomes what follows it, in a user namespace of every id, whose limits on namespaces it may set."""
HIERARCHIES = "awk '$3 ~ /^cgroup/ {print $2}' /proc/mounts"
FREEZE = (
    f"for folder in $({HIERARCHIES}); do "
    "left=200; until mount -o remount,bind,ro $folder; do left=$((left - 1)); [ $left -gt 0 ]; sleep 0.05; done; "
    "done"
)
"""Tried again while a sandbox is just being made there, and so a file is open for writing."""
THAW = f"for folder in $({HIERARCHIES}); do mount -o remount,bind,rw $folder; done"


def alone(*prefix: str, code: str = "print('ran')") -> dict[str, object]:
    """Run a program in a sandbox without a server, on a host of its own; return the answer."""
    ran = subprocess.run(
        [*prefix, *CRUCIBLE, "sandbox", "run", "--json", "--runtime", "python", "-"],
        input=code.encode(),
        capture_output=True,
        timeout=60,
        check=False,
    )
    if not ran.stdout:
        return {"refused": " ".join(ran.stderr.decode().split()), "code": ran.returncode}
    answer: dict[str, object] = json.loads(ran.stdout)
    return answer


def on_a_host_where(*steps: str) -> tuple[str, ...]:
    """Return what a command has to be prefixed with to run where these steps were taken."""
    return (*OWN_MOUNTS, "sh", "-ec", "; ".join(steps) + '; exec "$@"', "sh")


def test_a_read_only_cgroup_folder_refuses_and_says_what_helps() -> None:
    answer = alone(*on_a_host_where(FREEZE))
    assert answer["code"] == 125
    assert "limits can't be enforced" in str(answer["refused"])
    assert "crucible doctor" in str(answer["refused"])


@pytest.mark.parametrize("kind", ["net", "mnt", "pid", "ipc", "uts", "cgroup", "user"])
def test_a_namespace_that_can_not_be_made_is_crucibles_fault_and_named(kind: str) -> None:
    answer = alone(sys.executable, "-c", OWN_USERS, kind)
    assert answer["outcome"] == Outcome.SANDBOX_ERROR
    assert "No space left on device" in str(answer["error"]), "what the kernel says of a limit on namespaces"


def test_with_every_namespace_to_be_had_the_same_host_runs_it() -> None:
    answer = alone(sys.executable, "-c", OWN_USERS, "")
    assert (answer["outcome"], answer["stdout"]) == (Outcome.SUCCEEDED, "ran\n"), answer


@asynccontextmanager
async def executor(path: Path) -> AsyncIterator[tuple[int, ExecutorClient]]:
    """An executor on a host of its own, and a client of it."""
    process = await asyncio.create_subprocess_exec(*OWN_MOUNTS, *CRUCIBLE, "executor", "--socket", str(path))
    client = None
    try:
        while client is None:
            assert process.returncode is None
            with contextlib.suppress(ExecutorUnavailableError):
                client = await ExecutorClient.connect(path)
            await asyncio.sleep(0.02)
        yield process.pid, client
        await client.close()
    finally:
        assert await ended(process) == 0


async def finished(client: ExecutorClient, limits: Limits | None = None) -> SandboxFinished:
    """Run a program and return how it ended."""
    spec = SandboxSpec(runtime="python", code="print('ran')", limits=limits or Limits())
    events = [event async for event in client.run(spec)]
    last = events[-1]
    assert isinstance(last, SandboxFinished)
    return last


async def test_a_cgroup_folder_that_becomes_read_only_costs_what_runs_meanwhile_and_nothing_after(
    tmp_path: Path,
) -> None:
    async with executor(tmp_path / "executor.sock") as (process, client):
        assert (await finished(client)).outcome is Outcome.SUCCEEDED
        within = ("nsenter", "--target", str(process), "--mount", "sh", "-ec")
        await asyncio.to_thread(subprocess.run, [*within, FREEZE], check=True)
        refused = await finished(client, Limits(memory_bytes=64 * MIB))  # other limits than a spare sandbox has
        assert refused.outcome is Outcome.SANDBOX_ERROR
        assert "Read-only file system" in (refused.error or "")
        await asyncio.to_thread(subprocess.run, [*within, THAW], check=True)
        assert (await finished(client)).outcome is Outcome.SUCCEEDED


async def held_by(process: int) -> set[int]:
    """Return the descriptors that a process has open once it makes no spare sandbox any more."""
    before: set[int] = set()
    while before != (now := {int(one.name) for one in Path(f"/proc/{process}/fd").iterdir()}):
        before = now
        await asyncio.sleep(0.3)
    return now


async def test_an_executor_without_a_descriptor_to_spare_refuses_and_recovers(tmp_path: Path) -> None:
    async with executor(tmp_path / "executor.sock") as (process, client):
        assert (await finished(client)).outcome is Outcome.SUCCEEDED
        lowest = min(set(range(1024)) - await held_by(process))
        _, hard = resource.prlimit(process, resource.RLIMIT_NOFILE)
        resource.prlimit(process, resource.RLIMIT_NOFILE, (lowest, hard))
        refused = await finished(client)
        assert refused.outcome is Outcome.SANDBOX_ERROR
        assert "Too many open files" in (refused.error or "")
        resource.prlimit(process, resource.RLIMIT_NOFILE, (hard, hard))
        assert (await finished(client)).outcome is Outcome.SUCCEEDED
