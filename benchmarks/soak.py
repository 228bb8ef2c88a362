"""A soak: many thousand evaluations through one server, and whether anything of them stays behind.

After each round of a thousand it counts what the server's processes hold: memory, descriptors, processes, and what
the host holds for them: mounts and control groups. All of it has to be flat: no higher at the end than after the
first rounds, in which caches fill, give or take what a moment's garbage makes.

usage: python -m benchmarks.soak [--evaluations 20000] [--json FILE]
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.memory import executor_of, process_tree, resident_bytes
from benchmarks.server import Server, started
from crucible.client import Crucible, Outcome, Submission

ROUND = 1000
WARM_UP_ROUNDS = 3
SETTLE_SECONDS = 1.5
MEMORY_SLACK = 1.10
"""The database's cache and the allocator's fragments are not flat to the byte."""
COUNT_SLACK = 8
"""What one of them more would hold, and a moment's connection."""
MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Held:
    """What a server holds when nothing runs."""

    evaluations: int
    seconds: float
    memory_bytes: int
    descriptors: int
    processes: int
    mounts: int
    cgroups: int


def held(server: Server, evaluations: int, seconds: float) -> Held:
    """Count it."""
    processes = process_tree(server.process)
    mine = f"/crucible-{executor_of(server.process)}-"
    return Held(
        evaluations=evaluations,
        seconds=seconds,
        memory_bytes=sum(map(resident_bytes, processes)),
        descriptors=sum(len(list(Path(f"/proc/{process}/fd").iterdir())) for process in processes),
        processes=len(processes),
        mounts=len(Path("/proc/self/mountinfo").read_text().splitlines()),
        cgroups=sum(mine in str(folder) for folder in Path("/sys/fs/cgroup").rglob("cgroup.procs")),
    )


def growth(found: Sequence[Held]) -> list[str]:
    """Return, in words, what is higher in the last third than in the first one after the warm-up.

    Sandboxes kept ready come and go, each with two processes, its groups and a dozen descriptors. So the least of
    each third is compared: what stays behind raises that, too.
    """
    grown = []
    before, after = least_of_thirds([one.memory_bytes for one in found])
    if after > before * MEMORY_SLACK:
        grown.append(f"memory: {before / MIB:.0f} MiB, then {after / MIB:.0f} MiB")
    for what in ("descriptors", "processes", "mounts", "cgroups"):
        before, after = least_of_thirds([getattr(one, what) for one in found])
        if after > before + COUNT_SLACK:
            grown.append(f"{what}: {before}, then {after}")
    return grown


def least_of_thirds(held: Sequence[int]) -> tuple[int, int]:
    """Return the least of the first third after the warm-up, and of the last third."""
    settled = held[min(WARM_UP_ROUNDS, len(held) - 1) :]
    third = max(1, len(settled) // 3)
    return min(settled[:third]), min(settled[-third:])


def soak(evaluations: int, console: Console) -> list[Held]:
    """Run them in rounds; return what was held before the first and after each. Raises RuntimeError for a loss."""
    with started() as server, Crucible(server.url) as crucible:
        began = time.monotonic()
        found = [held(server, 0, 0.0)]
        with console.status("soaking") as status:
            while found[-1].evaluations < evaluations:
                done = found[-1].evaluations + ROUND
                run_round(crucible, done)
                time.sleep(SETTLE_SECONDS)
                found.append(held(server, done, time.monotonic() - began))
                status.update(f"{done:,} of {evaluations:,}")
    return found


def run_round(crucible: Crucible, number: int) -> None:
    """Run one round's programs, each of which prints what no other does. Raises RuntimeError for a loss."""
    programs = [Submission(code=f"print({number + place})") for place in range(ROUND)]
    acknowledged = crucible.submit_many(programs)
    for place, one in enumerate(acknowledged):
        ended = crucible.wait(one.id)
        if (ended.outcome, ended.stdout) != (Outcome.SUCCEEDED, f"{number + place}\n"):
            raise RuntimeError(f"{one.id} ended as {ended.outcome} with {ended.stdout!r}: {ended.error}")


def table(found: Sequence[Held]) -> Table:
    """Return it as a table."""
    shown = Table(box=None, header_style="dim", pad_edge=False)
    for heading in ("evaluations", "s", "MiB", "descriptors", "processes", "mounts", "cgroups"):
        shown.add_column(heading, justify="right")
    for one in found:
        shown.add_row(
            f"{one.evaluations:,}",
            f"{one.seconds:.0f}",
            f"{one.memory_bytes / MIB:.0f}",
            *(str(count) for count in (one.descriptors, one.processes, one.mounts, one.cgroups)),
        )
    return shown


def main() -> int:
    """Soak, show, and return 1 where something grew."""
    parser = argparse.ArgumentParser(prog="benchmarks.soak", description="See whether evaluations leave anything.")
    parser.add_argument("--evaluations", type=int, default=20_000)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    console = Console()
    found = soak(arguments.evaluations, console)
    console.print(table(found))
    if arguments.json:
        arguments.json.write_text(json.dumps([asdict(one) for one in found], indent=2))
    grown = growth(found)
    console.print(*(f"grew: {what}" for what in grown), sep="\n") if grown else console.print("flat")
    return 1 if grown else 0


if __name__ == "__main__":
    sys.exit(main())
