"""Two real schedulers race for what is due, and are killed in the midst of it: each firing is one run."""

import random
import signal
import time
from collections import Counter
from datetime import timedelta

import psycopg
import pytest

from crucible.client import Crucible, Submission
from crucible.domain.schedule import MissedRuns, ScheduleRequest
from tests.roles.fixtures import Scaled
from tests.roles.test_scaled import until

GOES = "scheduler goes its rounds"
VICTIMS = ("scheduler", "scheduler_2")
SCHEDULES, MINUTES = 4, 6
PROGRAM = Submission(code="echo fired", runtime="bash")
MISSED = timedelta(minutes=MINUTES)


@pytest.mark.timeout(300)
def test_each_firing_runs_once_whichever_scheduler_is_killed_meanwhile(scaled: Scaled) -> None:
    start(scaled, "scheduler_2")
    chance = random.Random(0)  # noqa: S311 - moments, which a seed can repeat
    try:
        with (
            Crucible(scaled.url) as crucible,
            psycopg.connect(scaled.postgres.url, autocommit=True) as connection,
        ):
            made = []
            for wave, victim in enumerate(VICTIMS):
                some = [crucible.schedules.create(minutely(f"{wave} {number}")).id for number in range(SCHEDULES)]
                become_due(connection, some)
                time.sleep(chance.uniform(0.0, 0.7))
                scaled.roles.processes[victim].send_signal(signal.SIGKILL)
                scaled.roles.processes[victim].wait()
                until(lambda some=some: fired(connection, some) >= SCHEDULES * MINUTES)
                (survivor,) = set(VICTIMS) - {victim}
                alone = crucible.schedules.create(minutely(f"{wave} alone")).id
                become_due(connection, [alone])
                until(lambda name=survivor, alone=alone: fires(scaled.log(name), alone))
                start(scaled, victim)
                made += [*some, alone]
            for each in made:
                crucible.schedules.pause(each)
            until(lambda: unended(connection, made) == 0)
            counted_twice = runs_of(connection, made) - firings_of(connection, made)
            missing = firings_of(connection, made) - runs_of(connection, made)
            for each in made:
                crucible.schedules.remove(each)
    finally:
        second = scaled.roles.processes.pop("scheduler_2")
        second.terminate()
        second.wait(20)
    assert (counted_twice, missing) == (Counter(), Counter())


def start(scaled: Scaled, name: str) -> None:
    """Start a scheduler, and return when it goes its rounds."""
    log = scaled.roles.data / f"{name}.log"
    before = log.read_text().count(GOES) if log.exists() else 0
    scaled.roles.start(name, ["crucible", "scheduler"])
    until(lambda: scaled.log(name).count(GOES) > before)


def fires(log: str, schedule: str) -> bool:
    """Return whether whoever wrote this log fired the schedule."""
    return any("schedule_fired" in line and schedule in line for line in log.splitlines())


def minutely(name: str) -> ScheduleRequest:
    return ScheduleRequest(name=name, cron="* * * * *", missed=MissedRuns.ALL, submission=PROGRAM)


def become_due(connection: psycopg.Connection, schedules: list[str]) -> None:
    """Have what they were to do in the last minutes be undecided, as if nobody had been there."""
    connection.execute(
        "UPDATE schedules SET decided_until = decided_until - %s, next_at = next_at - %s WHERE id = ANY(%s)",
        (MISSED, MISSED, schedules),
    )


def number(connection: psycopg.Connection, query: str, *parameters: object) -> int:
    row = connection.execute(query, parameters).fetchone()
    assert row is not None
    return int(row[0])


def fired(connection: psycopg.Connection, schedules: list[str]) -> int:
    return number(connection, "SELECT count(*) FROM schedule_firings WHERE schedule_id = ANY(%s)", schedules)


def unended(connection: psycopg.Connection, schedules: list[str]) -> int:
    query = "SELECT count(*) FROM evaluations WHERE labels ->> 'schedule' = ANY(%s) AND outcome IS NULL"
    return number(connection, query, schedules)


def firings_of(connection: psycopg.Connection, schedules: list[str]) -> Counter[str]:
    """Count each evaluation that a firing names."""
    found = connection.execute(
        "SELECT evaluation_id FROM schedule_firings WHERE schedule_id = ANY(%s)", (schedules,)
    )
    return Counter(str(evaluation_id) for (evaluation_id,) in found)


def runs_of(connection: psycopg.Connection, schedules: list[str]) -> Counter[str]:
    """Count each evaluation that was made for them by how often it ended."""
    found = connection.execute(
        "SELECT e.id, (SELECT count(*) FROM events v WHERE v.evaluation_id = e.id AND v.kind = 'finished') "
        "FROM evaluations e WHERE e.labels ->> 'schedule' = ANY(%s)",
        (schedules,),
    )
    return Counter({str(evaluation_id): ends for evaluation_id, ends in found})
