"""Pipelines in the scaled-out form, whose roles and servers are killed: every stage runs to its end, once."""

import time

import pytest

from crucible.client import Crucible
from tests.chaos.load import PATIENT
from tests.chaos.storm import BLOWS, sheltered
from tests.pipelines.real import assert_each_ran_once, diamond

_FELL = (
    *("a worker killed", "a scheduler killed", "a worker killed", "serve killed", "the executor killed"),
    *("PostgreSQL killed", "Redis killed, its data lost"),
)


@pytest.mark.timeout(400)
def test_whatever_is_killed_each_stage_runs_to_its_end_once() -> None:
    with sheltered(seed=3) as place, Crucible(place.roles.url, retries=PATIENT) as crucible:
        made = [crucible.pipelines.create(diamond(number)) for number in range(4)]
        for name in _FELL:
            time.sleep(place.chance.uniform(0.1, 0.6))
            BLOWS[name](place)
            made += [crucible.pipelines.create(diamond(len(made)))]
        place.roles.wait_until_ready()
        assert_each_ran_once(crucible, made)


@pytest.mark.timeout(300)
def test_a_stage_begins_at_once_where_another_process_ended_the_one_before() -> None:
    with sheltered(seed=0) as place, Crucible(place.roles.url) as crucible:
        scheduler = place.roles.processes.pop("scheduler")
        scheduler.kill()
        scheduler.wait()
        assert_each_ran_once(crucible, [crucible.pipelines.create(diamond(1))])
