"""Runs every test with coverage over all its processes, and sees that nothing of it stays behind.

The tests start servers, executors and sandboxes, and kill some of them on purpose. Whatever survives would slow
the next run down, or make it pass for the wrong reason; so this process adopts each orphan (it is its
descendants' subreaper) and compares mounts, cgroups and temporary files with what there was before. Arguments go
to pytest, and then only the first tier runs, without the bound on coverage, which a part of the tests can't reach.

There are tiers, since what a sandbox can do depends on who makes it and on which control groups there are:
everything as whoever runs this; the `namespaces` engine again as an ordinary user, with subordinate ids and
without; and the limits on cgroup v2, in a virtual machine where this host has version 1. A tier that doesn't apply
here says why.
"""

import ctypes
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from crucible.sandbox import cgroup

ROOT = Path(__file__).resolve().parent.parent
CGROUPS = Path("/sys/fs/cgroup")
ORDINARY = ("tests/sandbox", "tests/security", "--ignore=tests/sandbox/docker")
"""What an ordinary user's tier runs: all but what starts a container engine, which takes root."""
ALONE = ("tests/sandbox/test_conformance.py", "tests/sandbox/namespaces", "tests/security/test_neighbours.py")
"""The same, where the user has no ids but its own."""
SETTLING_SECONDS = 5.0
"""How long what was told to end may take to be gone."""
_PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), "prctl(PR_SET_CHILD_SUBREAPER)")


def orphans() -> dict[int, str]:
    """Return the living children of this process: number and command line. The dead are reaped."""
    found: dict[int, str] = {}
    for children in Path("/proc/self/task").glob("*/children"):
        for number in map(int, children.read_text().split()):
            if os.waitpid(number, os.WNOHANG)[0] == 0:
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


def leftovers(temporary: Path, mounts_before: set[str], cgroups_before: set[str]) -> list[str]:
    """Return what is there that was not there before the tests, in words."""
    found = [f"process {number}: {command}" for number, command in orphans().items()]
    cgroup.find().close()  # groups of executors that were killed are for the next one to remove, as here
    found += [f"mount {path}" for path in mounts() - mounts_before]
    found += [f"cgroup {path}" for path in cgroups() - cgroups_before if is_deserted(path)]
    found += [f"temporary {path}" for path in temporary.iterdir()]
    return sorted(found)


@dataclass(frozen=True)
class Tier:
    """Tests that run in one way."""

    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    left_out: str = ""
    """Why it doesn't apply here, where it doesn't."""


def tiers(own: Path, temporary: Path, arguments: list[str]) -> Iterator[Tier]:
    """Yield what is to run, in order."""
    coverage = [sys.executable, "-m", "coverage", "run", "-m", "pytest"]
    yield Tier("all", [*coverage, f"--basetemp={temporary / 'pytest'}", *arguments])
    if arguments:
        return
    as_user = "" if os.geteuid() == 0 else "these are an ordinary user's tests already"
    for name, paths, ids in (("ordinary user", ORDINARY, "yes"), ("user without ids", ALONE, "no")):
        home = own / name.replace(" ", "-")
        home.mkdir()
        yield Tier(
            name,
            ["scripts/as-ordinary-user", str(home), *coverage, f"--basetemp={home / 'pytest'}", *paths],
            {
                "SUBORDINATE_IDS": ids,
                "COVERAGE_FILE": str(home / "coverage"),
                "CRUCIBLE_TEST_ENGINES": "namespaces",
                "HYPOTHESIS_STORAGE_DIRECTORY": str(home / "hypothesis"),
            },
            as_user,
        )
    version = cgroup.find()
    version.close()
    unified = (
        "this host has it, and the tests above ran on it" if version.version == cgroup.CgroupsV2.version else ""
    )
    yield Tier("cgroup v2", ["make", "--no-print-directory", "test-cgroup2"], left_out=unified)


def run(arguments: list[str], own: Path, temporary: Path, environment: dict[str, str]) -> int:
    """Run each tier, then report coverage; return the first exit code that is not 0."""
    code = 0
    summary = []
    for tier in tiers(own, temporary, arguments):
        if tier.left_out:
            summary.append(f"{tier.name}: left out, {tier.left_out}")
            continue
        print(f"\n== {tier.name}", flush=True)
        began = time.monotonic()
        failed = subprocess.call(tier.command, cwd=ROOT, env=environment | tier.environment)
        summary.append(f"{tier.name}: {'failed' if failed else 'passed'} in {time.monotonic() - began:.0f} s")
        code = code or failed
    print("\n== coverage", flush=True)
    coverage = [sys.executable, "-m", "coverage"]
    data = [str(path) for path in own.rglob("coverage.*") if path.is_file()]
    subprocess.call([*coverage, "combine", "--quiet", *data], cwd=ROOT, env=environment)
    bound = ["--fail-under=0"] if arguments else []
    report = subprocess.call([*coverage, "report", *bound], cwd=ROOT, env=environment)
    print("", *summary, sep="\n", flush=True)
    return code or report


def main() -> int:
    """Run the tests; return the exit code."""
    adopt_orphans()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    mounts_before, cgroups_before = mounts(), cgroups()
    with tempfile.TemporaryDirectory(prefix="crucible-tests-") as folder:
        own, temporary = Path(folder), Path(folder, "t")
        own.chmod(0o711)  # an ordinary user's tests reach their own folder in it
        temporary.mkdir()
        for path in (own, temporary):
            path.chmod(0o711)  # PostgreSQL's own user, whom the tests' server runs as, has to get through
        environment = os.environ | {
            "TMPDIR": str(temporary),
            "COVERAGE_FILE": str(own / "coverage"),
            "HYPOTHESIS_STORAGE_DIRECTORY": str(temporary / "pytest" / "hypothesis"),
        }
        code = run(sys.argv[1:], own, temporary, environment)
        shutil.rmtree(temporary / "pytest", ignore_errors=True)
        deadline = time.monotonic() + SETTLING_SECONDS
        while (left := leftovers(temporary, mounts_before, cgroups_before)) and time.monotonic() < deadline:
            time.sleep(0.1)
        for number in orphans():
            os.kill(number, signal.SIGKILL)
            os.waitpid(number, 0)
    print(*(f"left behind: {what}" for what in left), sep="\n", end="\n" if left else "")
    return code or (1 if left else 0)


if __name__ == "__main__":
    sys.exit(main())
