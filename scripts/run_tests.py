"""Runs every test with coverage over all its processes, and sees that nothing of it stays behind.

The tests start servers, executors and sandboxes, and kill some of them on purpose. Whatever survives would slow
the next run down, or make it pass for the wrong reason; so this process adopts each orphan (it is its
descendants' subreaper) and compares mounts, cgroups and temporary files with what there was before. Arguments go
to pytest, as one tier, without the bound on coverage, which a part of the tests can't reach.

There are tiers, since what a sandbox can do depends on who makes it and on which control groups there are:
everything as whoever runs this; the `namespaces` engine again as an ordinary user, with subordinate ids and
without, and what the other engines that work there promise; and the limits on cgroup v2, in a virtual machine
where this host has version 1. A tier that doesn't apply here says why. Much of a test is waiting, so the tiers
run in lanes beside each other, each in its own folder.
"""

import asyncio
import ctypes
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from crucible.sandbox import cgroup

ROOT = Path(__file__).resolve().parent.parent
CGROUPS = Path("/sys/fs/cgroup")
SANDBOXES = ("tests/sandbox", "tests/security")
ORDINARY = (*SANDBOXES, "--ignore=tests/sandbox/docker")
"""What an ordinary user's tier runs: all but what starts a container engine, which takes root."""
CONTAINERS = (
    *("tests/sandbox/test_conformance.py", "tests/sandbox/test_images.py", "tests/security/test_attacks.py"),
    *("-k", "not test_attacks or escape or forge"),
)
"""The same for engines that need a program of their own, with the attacks that aim highest."""
ALONE = ("tests/sandbox/test_conformance.py", "tests/sandbox/namespaces", "tests/security/test_neighbours.py")
"""The same, where the user has no ids but its own."""
SETTLING_SECONDS = 5.0
"""How long what was told to end may take to be gone."""
LONGEST_LINE = 1 << 24
"""In bytes, of what a test prints."""
_PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), "prctl(PR_SET_CHILD_SUBREAPER)")


def orphans(besides: Container[int] = ()) -> dict[int, str]:
    """Return the living children of this process but some: number and command line. The dead are reaped."""
    found: dict[int, str] = {}
    for children in Path("/proc/self/task").glob("*/children"):
        for number in map(int, children.read_text().split()):
            if number not in besides and os.waitpid(number, os.WNOHANG)[0] == 0:
                command = Path(f"/proc/{number}/cmdline").read_bytes().replace(b"\0", b" ")
                found[number] = command.decode(errors="replace").strip()
    return found


def mounts() -> set[str]:
    """Return each mount of this namespace."""
    return {line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()}


def cgroups() -> set[str]:
    """Return each cgroup, of every hierarchy."""
    return {folder for folder, _, _ in os.walk(CGROUPS)}


def is_deserted(path: str) -> bool:
    """Tell whether a group is an executor's that is gone; one that lives beside the tests is none of theirs."""
    owner = re.search(r"/crucible-(\d+)-", path)
    return owner is not None and not Path(f"/proc/{owner[1]}").exists()


def leftovers(temporaries: Iterable[Path], mounts_before: set[str], cgroups_before: set[str]) -> list[str]:
    """Return what is there that was not there before the tests, in words."""
    found = [f"process {number}: {command}" for number, command in orphans().items()]
    cgroup.find().close()  # groups of executors that were killed are for the next one to remove, as here
    found += [f"mount {path}" for path in mounts() - mounts_before]
    found += [f"cgroup {path}" for path in cgroups() - cgroups_before if is_deserted(path)]
    found += [f"temporary {path}" for folder in temporaries for path in folder.iterdir()]
    return sorted(found)


@dataclass(frozen=True)
class Tier:
    """Tests that run in one way."""

    name: str
    lane: str
    """Tiers of one lane run one after the other."""
    folder: Path
    """What is the tier's alone: its coverage, and in `t` what its tests leave for a moment."""
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    left_out: str = ""
    """Why it doesn't apply here, where it doesn't."""


@dataclass
class Result:
    """How a tier ended."""

    code: int = 0
    seconds: float = 0.0
    complaints: list[str] = field(default_factory=list)
    """What pytest names in its summary."""


def tiers(own: Path, arguments: list[str]) -> Iterator[Tier]:
    """Yield what is to run."""
    coverage = [sys.executable, "-m", "coverage", "run", "-m", "pytest"]

    def tests(
        name: str, lane: str, *paths: str, ids: str = "", engines: str = "namespaces", left_out: str = ""
    ) -> Tier:
        folder = own / name.replace(" ", "-")
        as_whom = ["scripts/as-ordinary-user", str(folder)] if ids else []
        environment = {
            "TMPDIR": str(folder / "t"),
            "COVERAGE_FILE": str(folder / "coverage"),
            "HYPOTHESIS_STORAGE_DIRECTORY": str(folder / "hypothesis"),
        }
        if ids:
            environment |= {"SUBORDINATE_IDS": ids, "CRUCIBLE_TEST_ENGINES": engines}
        command = [*as_whom, *coverage, f"--basetemp={folder / 'pytest'}", *paths]
        return Tier(name, lane, folder, command, environment, left_out)

    if arguments:
        yield tests("chosen", "chosen", *arguments)
        return
    as_user = "" if os.geteuid() == 0 else "these are an ordinary user's tests already"
    yield tests("sandboxes", "sandboxes", *SANDBOXES)
    yield tests("the rest", "the rest", "tests", *(f"--ignore={path}" for path in SANDBOXES))
    yield tests("ordinary user", "others", *ORDINARY, ids="yes", left_out=as_user)
    yield tests("user's containers", "others", *CONTAINERS, ids="yes", engines="crun,gvisor", left_out=as_user)
    yield tests("user without ids", "others", *ALONE, ids="no", left_out=as_user)
    version = cgroup.find()
    version.close()
    unified = (
        "this host has it, and the tests above ran on it" if version.version == cgroup.CgroupsV2.version else ""
    )
    command = ["make", "--no-print-directory", "test-cgroup2"]
    yield Tier("cgroup v2", "others", own / "cgroup-v2", command, left_out=unified)


async def run_tier(tier: Tier, alone: bool, running: set[int]) -> Result:
    """Run a tier, and show what it prints, with its name where there are others."""
    before = "" if alone else f"{tier.name} | "
    result, began = Result(), time.monotonic()
    process = await asyncio.create_subprocess_exec(
        *tier.command,
        cwd=ROOT,
        env=os.environ | tier.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        limit=LONGEST_LINE,
    )
    running.add(process.pid)
    async for line in cast("asyncio.StreamReader", process.stdout):
        text = line.decode(errors="replace").rstrip()
        print(f"{before}{text}", flush=True)
        if text.startswith(("FAILED ", "ERROR ")):
            result.complaints.append(text)
    result.code = await process.wait()
    running.discard(process.pid)
    result.seconds = time.monotonic() - began
    return result


async def run_lanes(chosen: list[Tier]) -> dict[str, Result]:
    """Run the tiers, the lanes beside each other; return how each ended."""
    results: dict[str, Result] = {}
    running: set[int] = set()

    async def run_lane(lane: str) -> None:
        for tier in chosen:
            if tier.lane == lane:
                results[tier.name] = await run_tier(tier, len(chosen) == 1, running)

    async def reap() -> None:
        while True:  # a test that compares processes would take the dead for something left
            await asyncio.sleep(0.2)
            orphans(besides=running)

    reaper = asyncio.create_task(reap())
    await asyncio.gather(*(run_lane(lane) for lane in dict.fromkeys(tier.lane for tier in chosen)))
    reaper.cancel()
    return results


def report_coverage(own: Path, *bound: str) -> int:
    """Print the coverage of all tiers together; return 0 where it is high enough."""
    print("\n== coverage", flush=True)
    coverage = [sys.executable, "-m", "coverage"]
    environment = os.environ | {"COVERAGE_FILE": str(own / "coverage")}
    data = [str(path) for path in own.rglob("coverage.*") if path.is_file()]
    subprocess.call([*coverage, "combine", "--quiet", *data], cwd=ROOT, env=environment)
    return subprocess.call([*coverage, "report", *bound], cwd=ROOT, env=environment)


def run(own: Path, arguments: list[str]) -> int:
    """Run the tiers, then report coverage and what failed; return an exit code that is 0 where all is well."""
    every = list(tiers(own, arguments))
    chosen = [tier for tier in every if not tier.left_out]
    for tier in chosen:
        # An ordinary user's tests, and PostgreSQL's own user, have to get through.
        for folder in (own, tier.folder, tier.folder / "t"):
            folder.mkdir(exist_ok=True)
            folder.chmod(0o711)
    results = asyncio.run(run_lanes(chosen))
    report = report_coverage(own, *(["--fail-under=0"] if arguments else []))
    print()
    for tier in every:
        if tier.left_out:
            print(f"{tier.name}: left out, {tier.left_out}")
            continue
        result = results[tier.name]
        print(f"{tier.name}: {'failed' if result.code else 'passed'} in {result.seconds:.0f} s")
        print(
            *(f"  {complaint}" for complaint in result.complaints), sep="\n", end="\n" if result.complaints else ""
        )
    sys.stdout.flush()
    return report or max(abs(result.code) for result in results.values())


def main() -> int:
    """Run the tests; return the exit code."""
    adopt_orphans()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    mounts_before, cgroups_before = mounts(), cgroups()
    with tempfile.TemporaryDirectory(prefix="crucible-tests-") as folder:
        own = Path(folder)
        code = run(own, sys.argv[1:])
        temporaries = list(own.glob("*/t"))
        deadline = time.monotonic() + SETTLING_SECONDS
        while (left := leftovers(temporaries, mounts_before, cgroups_before)) and time.monotonic() < deadline:
            time.sleep(0.1)
        for number in orphans():
            os.kill(number, signal.SIGKILL)
            os.waitpid(number, 0)
    print(*(f"left behind: {what}" for what in left), sep="\n", end="\n" if left else "")
    return code or (1 if left else 0)


if __name__ == "__main__":
    sys.exit(main())
