"""The scaled-out form beside the embedded one, with all of it on this machine: `make bench-scaled`.

Every role is a process, PostgreSQL and Redis are real and durable, and both forms run at the same time, so that
whatever slows the machine slows both. Then the table gets long: a hundred thousand evaluations wait, a million
have ended, and what is asked most is asked again.
"""

import argparse
import asyncio
import os
import platform
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

import httpx2
import psycopg
from private_servers import Postgres, Redis
from rich.console import Console
from up_scaled import Roles, running

from benchmarks import history, humaneval
from benchmarks.memory import process_tree, resident_bytes
from benchmarks.programs import post, post_once, quickest_python
from benchmarks.report import Report, Row, add_options, conclude, wide_console
from benchmarks.server import started
from benchmarks.timing import Subject, Timed, in_rounds
from crucible.database.database import Database
from crucible.database.migrate import migrate
from crucible.operations.tally import tally
from tests.evaluations.steps import claimed, submitted

ROUNDS = 60
BATCHES = 4
DAYS = 90
CLAIMS = 200
ASKED = 60
LARGEST_POST_RATIO = 2.0
SMALLEST_RATE = 60.0
LONGEST_ENQUEUEING_SECONDS = 60.0
LARGEST_CLAIM_RATIO = 1.5
LONGEST_ANSWER_SECONDS = 0.050
LARGEST_GROWTH = 1.1
_PART = 1000
_RUNTIME = "python3.11"
"""What waits is for a runtime that the tests' steps claim."""
_LISTS: tuple[Mapping[str, str | int], ...] = (
    {"limit": 50},
    {"limit": 50, "status": "failed"},
    {"limit": 50, "outcome": "succeeded", "order": "desc"},
)
_STATISTICS: tuple[Mapping[str, str | int], ...] = ({"hours": 24},)
_ALL_STATISTICS: tuple[Mapping[str, str | int], ...] = ({"hours": DAYS * 24},)


@contextmanager
def both(console: Console) -> Iterator[tuple[str, Roles, Postgres]]:
    """Yield the embedded form's address, the other's roles, and the database that those have."""
    with started() as embedded, Postgres() as postgres, Redis() as redis, running(postgres, redis) as roles:
        console.print(f"both forms answer; PostgreSQL's port is {postgres.port}")
        yield embedded.url, roles, postgres


def posts(embedded: str, scaled: str, runtime: str) -> tuple[list[Row], dict[str, Timed]]:
    """Time a POST with wait in both forms, in turn."""
    names = ("POST with wait, embedded", "POST with wait, scaled out")
    with (
        httpx2.Client(base_url=embedded, timeout=60) as one,
        httpx2.Client(base_url=scaled, timeout=60) as other,
    ):
        timed = in_rounds(
            [
                Subject(name, lambda http=http: post_once(http, runtime))  # type: ignore[misc]
                for name, http in zip(names, (one, other), strict=True)
            ],
            ROUNDS,
        )
    base, beside = (timed[name] for name in names)
    ratio = beside.percentile(50) / base.percentile(50)
    return [
        Row(names[0], measured=_milliseconds(base)),
        Row(
            names[1],
            measured=_milliseconds(beside),
            target=f"p50 ≤ {LARGEST_POST_RATIO:g} of embedded, is {ratio:.2f}",
            reached=ratio <= LARGEST_POST_RATIO,
        ),
    ], timed


def batches(roles: Roles, runtime: str) -> list[Row]:
    """Have HumanEval judged several times; the worker must hold no more after the last than after the first."""
    worker = roles.processes["worker"].pid
    rates, held = [], []
    for _ in range(BATCHES):
        rates.append(humaneval.rate(roles.url, runtime))
        held.append(sum(map(resident_bytes, process_tree(worker))))
    growth = held[-1] / held[0]
    return [
        Row(
            "HumanEval batch, durable, scaled out",
            measured=f"{median(rates):.0f} a second",
            target=f"≥ {SMALLEST_RATE:.0f} a second",
            reached=median(rates) >= SMALLEST_RATE,
        ),
        Row(
            f"memory of the worker, from the first of {BATCHES} batches to the last",
            measured=f"{held[0] / 1e6:.0f}, then {held[-1] / 1e6:.0f} MB",
            target=f"≤ {LARGEST_GROWTH:g} times",
            reached=growth <= LARGEST_GROWTH,
        ),
    ]


@dataclass(frozen=True, slots=True)
class Size:
    """How long the table gets."""

    waiting: int
    ended: int


def enqueue(url: str, size: Size) -> list[Row]:
    """Hand in a hundred thousand while nobody works."""
    began = time.perf_counter()
    body = {"evaluations": [{"code": "pass", "runtime": _RUNTIME}] * _PART}
    with httpx2.Client(base_url=url, timeout=60) as http:
        for _ in range(size.waiting // _PART):
            http.post("/api/v1/evaluations/bulk", json=body).raise_for_status()
    taken = time.perf_counter() - began
    return [
        Row(
            f"enqueueing {size.waiting:,}, acknowledged",
            measured=f"{taken:.0f} s",
            target=f"≤ {LONGEST_ENQUEUEING_SECONDS:.0f} s",
            reached=taken <= LONGEST_ENQUEUEING_SECONDS,
        )
    ]


async def claims(postgres: Postgres, size: Size) -> tuple[list[Row], dict[str, Timed]]:
    """Time a claim in the long table and in one that holds little else, in turn."""
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE little")
    await asyncio.to_thread(migrate, postgres.url_of("little"))
    little, much = await Database.open(postgres.url_of("little")), await Database.open(postgres.url)
    timed = {name: Timed(name) for name in ("claim, little in the table", "claim, much in the table")}
    try:
        for _ in range(3):
            await asyncio.gather(*(submitted(little) for _ in range(CLAIMS // 2)))
        for number in range(CLAIMS + 1):
            for name, database in zip(timed, (little, much), strict=True):
                taken = await _timed(lambda database=database: claimed(database))  # type: ignore[misc]
                if number:
                    timed[name].seconds.append(taken)
    finally:
        await little.close()
        await much.close()
    short, long = timed.values()
    ratio = long.percentile(50) / short.percentile(50)
    return [
        Row(short.name, measured=_milliseconds(short)),
        Row(
            f"claim, {size.ended:,} ended and {size.waiting:,} wait",
            measured=_milliseconds(long),
            target=f"p50 ≤ {LARGEST_CLAIM_RATIO:g} of the former, is {ratio:.2f}",
            reached=ratio <= LARGEST_CLAIM_RATIO,
        ),
    ], timed


async def tallied(postgres: Postgres) -> None:
    """Have every half hour and day counted that is over."""
    database = await Database.open(postgres.url)
    try:
        for _ in range(3):  # half hours are opened first; then the days, while those are filled; then these are
            while await tally(database, rests=timedelta(0)):
                pass
    finally:
        await database.close()


def answers(url: str, size: Size) -> tuple[list[Row], dict[str, Timed]]:
    """Time lists and statistics over HTTP."""
    rows: list[Row] = []
    all_timed: dict[str, Timed] = {}
    with httpx2.Client(base_url=url, timeout=120) as http:
        for name, path, questions in (
            ("list", "/api/v1/evaluations", _LISTS),
            ("statistics of a day", "/api/v1/statistics", _STATISTICS),
            (f"statistics of {DAYS} days", "/api/v1/statistics", _ALL_STATISTICS),
        ):
            timed = Timed(name)
            for number in range(ASKED + 3):
                began = time.perf_counter()
                http.get(path, params=questions[number % len(questions)]).raise_for_status()
                if number >= 3:
                    timed.seconds.append(time.perf_counter() - began)
            all_timed[name] = timed
            rows.append(
                Row(
                    f"{name}, {size.ended:,} rows",
                    measured=f"{timed.percentile(50) * 1000:.1f} / {timed.percentile(95) * 1000:.1f} ms (p95)",
                    target=f"p95 ≤ {LONGEST_ANSWER_SECONDS * 1000:.0f} ms",
                    reached=timed.percentile(95) <= LONGEST_ANSWER_SECONDS,
                )
            )
    return rows, all_timed


def measure(size: Size, console: Console) -> Report:
    """Start everything, measure, end it."""
    with both(console) as (embedded, roles, postgres):
        with httpx2.Client(base_url=embedded, timeout=60) as http:
            runtime = quickest_python(http)
        console.print("POST in both forms")
        rows, timed = posts(embedded, roles.url, runtime)
        console.print("HumanEval")
        rows += batches(roles, runtime)
        console.print(f"filling the table with {size.ended:,}")
        with httpx2.Client(base_url=roles.url, timeout=60) as http:
            template = post(http, runtime, "pass")["id"]
        history.fill(postgres.url, template, size.ended, DAYS)
        console.print("tallying its half hours and days, as the scheduler does within minutes")
        asyncio.run(tallied(postgres))
        console.print("lists and statistics")
        answered, answered_timed = answers(roles.url, size)
        _end(roles, "worker", "scheduler")
        console.print(f"enqueueing {size.waiting:,}")
        enqueued = enqueue(roles.url, size)
        with psycopg.connect(postgres.url, autocommit=True) as connection:
            connection.execute("ANALYZE")  # as autovacuum does within a minute
        console.print("claims")
        claimed_rows, claimed_timed = asyncio.run(claims(postgres, size))
    timed |= answered_timed | claimed_timed
    host = f"{os.cpu_count()} cores, Linux {platform.release()}, {runtime}"
    return Report(
        host=f"{host}, with PostgreSQL, Redis and every role on them; p50 / p99",
        rows=(*rows, *enqueued, *claimed_rows, *answered),
        figures={
            name: {"p50": one.percentile(50), "p95": one.percentile(95), "p99": one.percentile(99)}
            for name, one in timed.items()
        },
    )


def _end(roles: Roles, *names: str) -> None:
    for name in names:
        roles.processes[name].send_signal(signal.SIGTERM)
        roles.processes[name].wait()


async def _timed(step: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await step()
    return time.perf_counter() - began


def _milliseconds(timed: Timed) -> str:
    return f"{timed.percentile(50) * 1000:.1f} / {timed.percentile(99) * 1000:.1f} ms"


def main() -> int:
    """Measure, print, and return the exit code: 1 where a target was missed."""
    parser = argparse.ArgumentParser(prog="make bench-scaled", description="Measure the scaled-out form.")
    add_options(parser)
    parser.add_argument("--waiting", type=int, default=100_000, help="how many are enqueued; thousands")
    parser.add_argument("--ended", type=int, default=1_000_000, help="how many have ended before")
    options = parser.parse_args()
    console = wide_console()
    report = measure(Size(options.waiting, options.ended), console)
    return conclude(report, console, options)


if __name__ == "__main__":
    sys.exit(main())
