"""What a worker of the scaled-out form holds in memory while it runs tens of thousands of programs.

Every role is a process, PostgreSQL and Redis are real. The programs do nothing, so that as many as possible go
through; after each thousand it is written down what the worker holds. Flat is: the least of the last third is no
more than a tenth above that of the first one, after three thousand in which caches fill.

usage: PYTHONPATH=scripts python -m benchmarks.worker_memory [--evaluations 50000] [--json FILE]
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx2
from private_servers import Postgres, Redis
from rich.console import Console
from up_scaled import Roles, running

from benchmarks.memory import process_tree, resident_bytes
from benchmarks.programs import quickest_python
from benchmarks.soak import least_of_thirds

ROUND = 1000
LINES = {"Content-Type": "application/x-ndjson"}
LARGEST_GROWTH = 1.1
POLL_SECONDS = 0.2
MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Held:
    """What the worker holds once it has run so many."""

    evaluations: int
    seconds: float
    memory_bytes: int


def rounds(roles: Roles, evaluations: int) -> Iterator[Held]:
    """Run them a thousand at a time, and yield what is held after each."""
    worker = roles.processes["worker"].pid
    began = time.monotonic()
    with httpx2.Client(base_url=roles.url, timeout=60) as http:
        runtime = quickest_python(http)
        for done in range(ROUND, evaluations + 1, ROUND):
            run_round(http, runtime)
            held = sum(map(resident_bytes, process_tree(worker)))
            yield Held(done, time.monotonic() - began, held)


def run_round(http: httpx2.Client, runtime: str) -> None:
    """Hand a batch in and wait for its end. Raises RuntimeError where one did not succeed."""
    programs = f"{json.dumps({'code': 'pass', 'runtime': runtime})}\n" * ROUND
    made = http.post("/api/v1/batches", json={}).raise_for_status().json()["id"]
    handed_in = http.post(
        f"/api/v1/batches/{made}/evaluations", params={"last": True}, content=programs, headers=LINES
    )
    batch = handed_in.raise_for_status().json()
    while batch["finished_at"] is None:
        time.sleep(POLL_SECONDS)
        batch = http.get(f"/api/v1/batches/{batch['id']}").raise_for_status().json()
    if batch["outcomes"] != {"succeeded": ROUND}:
        raise RuntimeError(f"batch {batch['id']} ended as {batch['outcomes']}")


def growth(found: Sequence[Held]) -> float:
    """Return how many times as much the last third holds as the first, by the least of each."""
    before, after = least_of_thirds([held.memory_bytes for held in found])
    return after / before


def main() -> int:
    """Run them, show, and return 1 where it grew."""
    parser = argparse.ArgumentParser(prog="benchmarks.worker_memory", description=__doc__.partition("\n")[0])
    parser.add_argument("--evaluations", type=int, default=50_000)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    console = Console()
    found: list[Held] = []
    with Postgres() as postgres, Redis() as redis, running(postgres, redis) as roles:
        for held in rounds(roles, arguments.evaluations):
            found.append(held)
            console.print(f"{held.evaluations:>8,} {held.seconds:7.0f} s {held.memory_bytes / MIB:7.1f} MiB")
    if arguments.json:
        arguments.json.write_text(json.dumps([asdict(one) for one in found], indent=2))
    grown = growth(found)
    console.print(f"the last third holds {grown:.2f} times what the first does")
    return 1 if grown > LARGEST_GROWTH else 0


if __name__ == "__main__":
    sys.exit(main())
