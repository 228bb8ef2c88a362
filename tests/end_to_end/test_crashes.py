"""`kill -9` at any moment: what was acknowledged reaches an end, once."""

import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from crucible.client import Crucible, Outcome, Submission
from crucible.domain.event import Finished, Output, Requeued
from tests.end_to_end.machine import PATIENT, Machine, machine, wait_until_gone
from tests.waiting import PATIENCE_SECONDS, meanwhile

pytestmark = pytest.mark.timeout(300)
PROGRAMS = [
    Submission(code=f"import time\nprint('begin', flush=True)\ntime.sleep({number % 5 / 10})\nprint({number})")
    for number in range(24)
]


@contextmanager
def submitting(url: str, acknowledged: list[str]) -> Iterator[None]:
    """Submit from another thread, through whatever happens to the server."""

    def submit() -> None:
        with Crucible(url, retries=PATIENT) as crucible:
            for program in PROGRAMS:
                time.sleep(0.1)  # so that some are being submitted when the server is killed
                acknowledged.append(crucible.submit(program).id)

    with meanwhile(submit, seconds=150.0):
        yield


def assert_each_ended_once(crashing: Machine, acknowledged: list[str]) -> None:
    with Crucible(crashing.url, retries=PATIENT) as crucible:
        assert len(set(acknowledged)) == len(PROGRAMS)
        for number, identifier in enumerate(acknowledged):
            evaluation = crucible.wait(identifier)
            assert (evaluation.outcome, evaluation.stdout) == (Outcome.SUCCEEDED, f"begin\n{number}\n"), evaluation
            history = list(crucible.events(identifier))
            assert [event.kind for event in history].count("finished") == 1
            assert isinstance(history[-1], Finished)
            positions = [event.position for event in history]
            assert positions == sorted(set(positions))
        assert sorted(one.id for one in crucible.evaluations()) == sorted(acknowledged)


@pytest.mark.parametrize("seed", range(2))
def test_a_killed_server_loses_nothing_and_repeats_nothing(enduring: Machine, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - moments to kill at, which a seed can repeat
    acknowledged: list[str] = []
    with submitting(enduring.url, acknowledged):
        for _ in range(3):
            time.sleep(chance.uniform(0.05, 0.8))
            enduring.kill()
            enduring.start()
    assert_each_ended_once(enduring, acknowledged)


@pytest.mark.parametrize("seed", range(2))
def test_a_killed_executor_is_replaced_and_what_ran_runs_again(enduring: Machine, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - moments to kill at, which a seed can repeat
    acknowledged: list[str] = []
    with submitting(enduring.url, acknowledged):
        for _ in range(4):
            time.sleep(chance.uniform(0.1, 0.9))
            killed = enduring.executor
            os.kill(killed, signal.SIGKILL)
            wait_until_gone(killed)
            until_ready(enduring.url)
    assert_each_ended_once(enduring, acknowledged)


def test_who_follows_through_a_crash_hears_of_it(enduring: Machine) -> None:
    with Crucible(enduring.url, retries=PATIENT) as crucible:
        one = crucible.submit(Submission(code="import time\nprint('a', flush=True)\ntime.sleep(1)\nprint('b')"))
        events = []
        for event in crucible.events(one.id):
            events.append(event)
            if isinstance(event, Output) and sum(isinstance(each, Requeued) for each in events) == 0:
                os.kill(enduring.executor, signal.SIGKILL)
    assert sum(isinstance(event, Requeued) for event in events) == 1
    assert isinstance(events[-1], Finished)
    assert events[-1].outcome is Outcome.SUCCEEDED
    assert len({event.id for event in events}) == len(events)


def test_what_kills_its_executor_again_and_again_is_given_up(tmp_path: Path) -> None:
    with (
        machine(tmp_path / "data", CRUCIBLE_INFRASTRUCTURE_ATTEMPTS="2") as running,
        Crucible(running.url, retries=PATIENT) as crucible,
    ):
        in_one_piece = "import time\nprint('a', end='', flush=True)\ntime.sleep(30)"
        one = crucible.submit(Submission(code=in_one_piece))
        for event in crucible.events(one.id):
            if isinstance(event, Output):
                os.kill(running.executor, signal.SIGKILL)
        ended = crucible.get(one.id)
        assert (ended.outcome, ended.status, ended.infrastructure_attempts) == (Outcome.SANDBOX_ERROR, "failed", 2)
        assert "given up after 2 attempts" in (ended.error or "")


def until_ready(url: str) -> None:
    while not httpx2.get(
        f"{url}/api/v1/ready", trust_env=False, verify=False, timeout=PATIENCE_SECONDS
    ).is_success:
        time.sleep(0.05)
