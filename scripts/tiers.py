"""The ways in which the tests run: what a sandbox can do depends on who makes it, and on the control groups.

Everything as whoever runs this; the `namespaces` engine again as an ordinary user, with subordinate ids and
without, and what the other engines that work there promise; and the limits on cgroup v2, with Docker under
AppArmor, in a virtual machine where this host has version 1. A tier that doesn't apply here says why. Much of a
test is waiting, so a few tiers run beside each other, each in its own folder, and those that take longest begin.

Coverage is measured in the tiers that try each part by itself. What goes through the same lines again, as somebody
else or with all of it together, would take up to twice as long for nothing: ADR 65.
"""

import os
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from crucible.sandbox import cgroup

SANDBOXES = "tests/sandbox"
ATTACKS = "tests/security"
WHOLE = ("tests/end_to_end", "tests/chaos", "tests/examples", "tests/benchmarks", "tests/test_documentation.py")
"""Where all of Crucible runs as its users have it, often to be killed."""
MANY_WAYS = (
    *("tests/api/test_openapi.py", "tests/evaluations/test_fair_machine.py"),
    *("tests/evaluations/test_lifecycle_machine.py", "tests/faults"),
)
"""What goes hundreds of times, in ways that nobody thought of, through lines that have tests of their own."""
CONSOLE = "tests/web"
THE_ATTACKS = "attacks"
"""The tier that takes most of the processors."""
KEEPING_LITTLE = ("-o", "tmp_path_retention_policy=failed")
"""Has pytest remove what a test wrote, once it passed."""
WHOEVER = "--ignore=tests/sandbox/test_script.py"
"""What Python makes of a script is the same for each user."""
ORDINARY = (SANDBOXES, ATTACKS, "--ignore=tests/sandbox/docker", WHOEVER)
"""What an ordinary user's tier runs: all but what starts a container engine, which takes root."""
CONTAINERS = (
    *("tests/sandbox/test_conformance.py", "tests/sandbox/test_images.py", "tests/security/test_attacks.py"),
    "tests/sandbox/oci/test_gvisor_sessions.py",
    *("-k", "not test_attacks or escape or forge"),
)
"""The same for engines that need a program of their own, with the attacks that aim highest."""
ALONE = ("tests/sandbox/test_conformance.py", "tests/sandbox/namespaces", "tests/security/test_neighbours.py")
"""The same, where the user has no ids but its own."""


@dataclass(frozen=True)
class Folders:
    """Where tiers have folders of their own."""

    own: Path
    quick: Path
    """In memory where that is possible, for tests that write many files: each database is hundreds of them."""


@dataclass(frozen=True)
class Tier:
    """Tests that run in one way."""

    name: str
    apart: str
    """Tiers with the same word here don't run beside each other."""
    folder: Path
    """What is the tier's alone: its coverage, and in `t` what its tests leave for a moment."""
    tests: Sequence[str]
    """Paths and options of pytest's; empty where the command knows them."""
    command: Callable[[Sequence[str]], list[str]]
    """What runs such tests."""
    environment: dict[str, str] = field(default_factory=dict)
    left_out: str = ""
    """Why it doesn't apply here, where it doesn't."""


def tiers(folders: Folders, arguments: Sequence[str]) -> Iterator[Tier]:
    """Yield what is to run, each with a folder of its own: all, or what pytest's arguments choose as one tier."""
    own, quick = folders.own, folders.quick
    if arguments:
        yield _pytest(own, "chosen", *arguments, measured=True)
        return
    as_user = "" if os.geteuid() == 0 else "these are an ordinary user's tests already"
    elsewhere = (f"--ignore={path}" for path in (SANDBOXES, ATTACKS, CONSOLE, *WHOLE, *MANY_WAYS))
    yield _pytest(own, "sandboxes", SANDBOXES, measured=True)
    yield _virtual_machine(own)
    yield _pytest(quick, "the rest", "tests", *elsewhere, *KEEPING_LITTLE, measured=True)
    yield _pytest(own, "ordinary user", *ORDINARY, ids="yes", left_out=as_user)
    yield _pytest(quick, "the whole", *WHOLE, *MANY_WAYS, *KEEPING_LITTLE)
    yield _pytest(own, THE_ATTACKS, ATTACKS)
    yield _pytest(quick, "console", CONSOLE, *KEEPING_LITTLE)
    yield _pytest(own, "user's containers", *CONTAINERS, ids="yes", engines="crun,gvisor", left_out=as_user)
    yield _pytest(own, "user without ids", *ALONE, ids="no", left_out=as_user)


def _pytest(
    own: Path,
    name: str,
    *tests: str,
    measured: bool = False,
    ids: str = "",
    engines: str = "namespaces",
    left_out: str = "",
) -> Tier:
    """Return a tier on this host: as whoever runs this, or as an ordinary user with ids of its own or without."""
    folder = own / name.replace(" ", "-")
    environment = {
        "TMPDIR": str(folder / "t"),
        "COVERAGE_FILE": str(folder / "coverage"),
        "HYPOTHESIS_STORAGE_DIRECTORY": str(folder / "hypothesis"),
    }
    if ids:
        environment |= {"SUBORDINATE_IDS": ids, "CRUCIBLE_TEST_ENGINES": engines}

    def command(chosen: Sequence[str]) -> list[str]:
        as_whom = ["scripts/as-ordinary-user", str(folder)] if ids else []
        coverage = ["-m", "coverage", "run"] if measured else []
        pytest = ["-m", "pytest", f"--basetemp={folder / 'pytest'}"]
        return [*as_whom, sys.executable, *coverage, *pytest, *chosen]

    # What the kernel counts by user, an ordinary user's tiers would take from each other.
    return Tier(name, "ordinary user" if ids else name, folder, tests, command, environment, left_out)


def _virtual_machine(own: Path) -> Tier:
    """Return the tier on cgroup v2."""

    def command(chosen: Sequence[str]) -> list[str]:
        return ["make", "--no-print-directory", "test-cgroup2", f"FLAGS={shlex.join(chosen)}"]

    found = cgroup.find()
    found.close()
    unified = found.version == cgroup.CgroupsV2.version
    left_out = "this host has it, and the tests above ran on it" if unified else ""
    # Behind an emulated processor, and beside the attacks, what is quick takes longer than it may.
    return Tier("cgroup v2", THE_ATTACKS, own / "cgroup-v2", (), command, left_out=left_out)
