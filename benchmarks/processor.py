"""What a durable evaluation costs each process of the scaled-out form, in processor time.

How many evaluations a second get through depends on whoever else uses the machine; what each costs does hardly,
and on a machine that has nothing else to do it bounds the other: two processors give 2,000 ms a second. What runs
inside of sandboxes is not in it: whoever made those leaves them to the kernel, which adds their time to nobody's.
What each process does unasked, every second, is, and weighs the more the fewer evaluations there are.

usage: PYTHONPATH=scripts python -m benchmarks.processor [--batches 4] [--json FILE]
"""

import argparse
import contextlib
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx2
from private_servers import Postgres, Redis
from rich.console import Console
from up_scaled import Roles, running

from benchmarks import humaneval
from benchmarks.memory import process_tree
from benchmarks.programs import quickest_python

PROBLEMS = 164
"""How many evaluations a batch of HumanEval's is."""
_TICKS = os.sysconf("SC_CLK_TCK")
_FIRST_TIME = 11
"""Where `utime` stands in `/proc/PID/stat` behind the name; `stime`, and both of ended children, follow it."""


def processor_seconds(root: int) -> float:
    """Return the processor time of a process, of what descends from it, and of what did and was waited for."""
    return sum(map(_own_seconds, process_tree(root)))


def _own_seconds(process: int) -> float:
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it ended, and is its parent's time by now
        _, _, facts = Path(f"/proc/{process}/stat").read_text().rpartition(")")
        return sum(map(int, facts.split()[_FIRST_TIME : _FIRST_TIME + 4])) / _TICKS
    return 0.0


def of_each(roles: Roles, postgres: Postgres, redis: Redis) -> dict[str, float]:
    """Return the processor seconds of each role and server so far."""
    processes = roles.processes | {"postgresql": postgres.process, "redis": redis.process}
    return {name: processor_seconds(process.pid) for name, process in processes.items() if process}


def milliseconds_each(
    before: Mapping[str, float], after: Mapping[str, float], evaluations: int
) -> dict[str, float]:
    """Return what an evaluation cost each of them between two looks, in milliseconds."""
    return {name: (after[name] - before[name]) * 1000 / evaluations for name in before}


def in_words(milliseconds: Mapping[str, float]) -> str:
    """Return the sum, and what it is made of, the dearest first."""
    parts = sorted(milliseconds.items(), key=lambda part: -part[1])
    of_each = ", ".join(f"{name} {cost:.1f}" for name, cost in parts)
    return f"{sum(milliseconds.values()):.1f} ms: {of_each}"


def main() -> int:
    """Run some batches and print what each evaluation of them cost."""
    parser = argparse.ArgumentParser(prog="benchmarks.processor", description=__doc__.partition("\n")[0])
    parser.add_argument("--batches", type=int, default=4, help="how often HumanEval is judged")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    arguments = parser.parse_args()
    console = Console()
    with Postgres() as postgres, Redis() as redis, running(postgres, redis) as roles:
        with httpx2.Client(base_url=roles.url, timeout=60) as http:
            runtime = quickest_python(http)
        humaneval.rate(roles.url, runtime)  # what is made once is made now
        before = of_each(roles, postgres, redis)
        for _ in range(arguments.batches):
            console.print(f"{humaneval.rate(roles.url, runtime):.0f} a second")
        spent = milliseconds_each(before, of_each(roles, postgres, redis), PROBLEMS * arguments.batches)
    console.print(f"each cost {in_words(spent)}")
    if arguments.json:
        arguments.json.write_text(json.dumps(spent, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
