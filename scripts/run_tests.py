"""Runs every test, with coverage over all processes of most tiers, and sees that nothing of it stays behind.

The tests start servers, executors and sandboxes, and kill some of them on purpose, so this process adopts each
orphan and compares what is on the host with what there was before. Arguments go to pytest, as one tier, without
the bound on coverage, which a part of the tests can't reach.

A test that failed beside others runs once more when this machine has nothing else to do, and is named either way:
ADR 56.
"""

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import bytecode
from leftovers import Host, adopt_orphans, end_orphans, kill_tree, orphans
from tiers import Folders, Tier, tiers

ROOT = Path(__file__).resolve().parent.parent
BESIDE_EACH_OTHER = 4
"""So many tiers, as much of a test is waiting."""
MOST_AGAIN = 12
"""Of a tier's tests. Where more failed, it was no chance."""
LONGEST_LINE = 1 << 24
"""In bytes, of what a test prints."""
LONGEST_SECONDS = 45 * 60
"""What a tier may take, which is several times what it does."""
LAST_WORDS_SECONDS = 10
"""How long a tier that ended is listened to, where something that it left behind holds its output open."""
MEMORY = Path("/dev/shm")  # noqa: S108 - what is made there has a name that nobody guesses
ENOUGH_MEMORY_BYTES = 4 << 30
"""What tiers in memory may take: databases are small, and what a test that passed wrote is removed after it."""
COMPLAINT = re.compile(r"(?:FAILED|ERROR) (tests/[^\[]+?(?:\[.*?\])?)(?: - .*)?")
"""A line of pytest's summary, with the test's name."""


@dataclass
class Result:
    """How a tier ended."""

    code: int = 0
    seconds: float = 0.0
    complaints: dict[str, str] = field(default_factory=dict)
    """What pytest says in its summary, by the test's name."""
    unsteady: list[str] = field(default_factory=list)
    """What failed beside the others and succeeded alone."""


async def run_tier(tier: Tier, tests: Sequence[str], prefix: str, running: set[int]) -> Result:
    """Run some tests of a tier, and show what they print, each line with the prefix."""
    result, began = Result(), time.monotonic()
    read, write = os.pipe()  # ours, so that the process ends when it ends, and not when its output does
    printed = asyncio.StreamReader(LONGEST_LINE)
    listening, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(printed), os.fdopen(read)
    )
    environment = os.environ | tier.environment
    process = await asyncio.create_subprocess_exec(
        *tier.command(tests), cwd=ROOT, env=environment, stdout=write, stderr=write
    )
    os.close(write)
    running.add(process.pid)

    async def show() -> None:
        async for line in printed:
            text = line.decode(errors="replace").rstrip()
            print(f"{prefix}{text}", flush=True)
            if complaint := COMPLAINT.fullmatch(text):
                result.complaints[complaint[1]] = text

    showing = asyncio.create_task(show())
    ending = asyncio.create_task(process.wait())
    if not (await asyncio.wait([ending], timeout=LONGEST_SECONDS))[0]:
        print(f"{prefix}killed, as it has not ended after {LONGEST_SECONDS} s", flush=True)
        kill_tree(process.pid)
    result.code = await ending
    if not (await asyncio.wait([showing], timeout=LAST_WORDS_SECONDS))[0]:
        print(f"{prefix}something that it started still holds its output", flush=True)
    listening.close()
    await showing
    running.discard(process.pid)
    result.seconds = time.monotonic() - began
    return result


async def run_tiers(chosen: Sequence[Tier]) -> dict[str, Result]:
    """Run the tiers, some beside each other, then alone what failed; return how each ended.

    Whenever there is a place, the first begins of those that may beside what runs.
    """
    results: dict[str, Result] = {}
    running: set[int] = set()
    waiting = list(chosen)
    under_way: dict[asyncio.Task[None], str] = {}

    async def run_one(tier: Tier) -> None:
        prefix = "" if len(chosen) == 1 else f"{tier.name} | "
        results[tier.name] = await run_tier(tier, tier.tests, prefix, running)

    async def reap() -> None:
        while True:  # a test that compares processes would take the dead for something left
            await asyncio.sleep(0.2)
            orphans(besides=running)

    reaper = asyncio.create_task(reap())
    while waiting or under_way:
        for tier in list(waiting):
            if len(under_way) < BESIDE_EACH_OTHER and tier.apart not in under_way.values():
                waiting.remove(tier)
                under_way[asyncio.create_task(run_one(tier))] = tier.apart
        ended, _ = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
        for task in ended:
            del under_way[task]
            await task
    if len(chosen) > 1:
        for tier in chosen:
            await run_again(tier, results[tier.name], running)
    reaper.cancel()
    return results


async def run_again(tier: Tier, result: Result, running: set[int]) -> None:
    """Run what failed in a tier once more, with nothing beside it, and have the result say what came of it."""
    if not 0 < len(result.complaints) <= MOST_AGAIN:
        return
    again = await run_tier(tier, list(result.complaints), f"{tier.name}, again | ", running)
    result.seconds += again.seconds
    if again.code == 0 or again.complaints:  # else they didn't run, and nothing is known of them
        result.code = again.code
        result.unsteady = [name for name in result.complaints if name not in again.complaints]
        result.complaints = again.complaints


def report_coverage(folders: Folders, *bound: str) -> int:
    """Print the coverage of all tiers together; return 0 where it is high enough."""
    print("\n== coverage", flush=True)
    coverage = [sys.executable, "-m", "coverage"]
    environment = os.environ | {"COVERAGE_FILE": str(folders.own / "coverage")}
    tiers_own = "*/coverage.*"  # and no deeper: what tests leave there may have any names, and be of any depth
    data = [str(path) for folder in {folders.own, folders.quick} for path in folder.glob(tiers_own)]
    subprocess.call([*coverage, "combine", "--quiet", *data], cwd=ROOT, env=environment)
    return subprocess.call([*coverage, "report", *bound], cwd=ROOT, env=environment)


def describe(tier: Tier, results: dict[str, Result]) -> str:
    """Return in words how a tier ended."""
    if tier.left_out:
        return f"{tier.name}: left out, {tier.left_out}"
    result = results[tier.name]
    lines = [f"{tier.name}: {'failed' if result.code else 'passed'} in {result.seconds:.0f} s"]
    lines += result.complaints.values()
    lines += [f"UNSTEADY {name} - failed beside other tests, succeeded alone" for name in result.unsteady]
    return "\n  ".join(lines)


def run(folders: Folders, arguments: Sequence[str]) -> int:
    """Run the tiers, then report coverage and what failed; return an exit code that is 0 where all is well."""
    every = list(tiers(folders, arguments))
    chosen = [tier for tier in every if not tier.left_out]
    for tier in chosen:
        # An ordinary user's tests, and PostgreSQL's own user, have to get through.
        for folder in (tier.folder.parent, tier.folder, tier.folder / "t"):
            folder.mkdir(exist_ok=True)
            folder.chmod(0o711)
    results = asyncio.run(run_tiers(chosen))
    report = report_coverage(folders, *(["--fail-under=0"] if arguments else []))
    print("", *(describe(tier, results) for tier in every), sep="\n", flush=True)
    return report or max(abs(result.code) for result in results.values())


def in_memory() -> Path | None:
    """Return a folder whose files are in memory, and may be programs, where this host has one with enough room."""
    if not os.access(MEMORY, os.W_OK) or os.statvfs(MEMORY).f_flag & os.ST_NOEXEC:
        return None
    return MEMORY if shutil.disk_usage(MEMORY).free >= ENOUGH_MEMORY_BYTES else None


def temporary(where: Path | None = None) -> tempfile.TemporaryDirectory[str]:
    """Return a folder to work in. What in it can't be removed is named as something that was left behind."""
    return tempfile.TemporaryDirectory(prefix="crucible-tests-", dir=where, ignore_cleanup_errors=True)


def main() -> int:
    """Run the tests; return the exit code."""
    adopt_orphans()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    bytecode.compile_ahead()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # else each tier would rewrite and compile every test anew
    before = Host()
    with temporary() as own, temporary(in_memory()) as quick:
        folders = Folders(Path(own), Path(quick))
        code = run(folders, sys.argv[1:])
        left = before.leftovers([*folders.own.glob("*/t"), *folders.quick.glob("*/t")])
        end_orphans()
    print(*(f"left behind: {what}" for what in left), sep="\n", end="\n" if left else "")
    return code or (1 if left else 0)


if __name__ == "__main__":
    sys.exit(main())
