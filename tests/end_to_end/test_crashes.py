"""`kill -9` at any moment: what was acknowledged reaches an end, once."""

import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from crucible.client import Crucible, Outcome, Retries, Submission
from crucible.domain.event import Finished, Output, Requeued
from tests.end_to_end.machine import Machine, machine, wait_until_gone

PATIENT = Retries(attempts=400, first_seconds=0.2, longest_seconds=0.5)
"""For as long as a busy machine takes to start a server; nobody waits that long unless it fails."""
pytestmark = pytest.mark.timeout(300)
PROGRAMS = [
    Submission(code=f"import time\nprint('begin', flush=True)\ntime.sleep({number % 5 / 10})\nprint({number})")
    for number in range(24)
]


@pytest.fixture
def enduring(tmp_path: Path) -> Iterator[Machine]:
    """A server that goes on trying for as long as it is killed."""
    with machine(
        tmp_path / "data", CRUCIBLE_INFRASTRUCTURE_ATTEMPTS="100", CRUCIBLE_LEASE_SECONDS="2", CRUCIBLE_SLOTS="4"
    ) as running:
        yield running


def kill_server(crashing: Machine) -> None:
    assert crashing.server is not None
    executor = crashing.executor
    crashing.server.kill()
    crashing.server.wait()
    assert crashing.server.stdout is not None
    crashing.server.stdout.close()
    wait_until_gone(executor)


@contextmanager
def submitting(url: str, acknowledged: list[str]) -> Iterator[None]:
    """Submit from another thread, through whatever happens to the server."""

    def submit() -> None:
        with Crucible(url, retries=PATIENT) as crucible:
            for program in PROGRAMS:
                time.sleep(0.1)  # so that some are being submitted when the server is killed
                acknowledged.append(crucible.submit(program).id)

    thread = threading.Thread(target=submit)
    thread.start()
    try:
        yield
    finally:
        thread.join()


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
            kill_server(enduring)
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
        one = crucible.submit(Submission(code="import time\nprint('a', flush=True)\ntime.sleep(30)"))
        for event in crucible.events(one.id):
            if isinstance(event, Output):
                os.kill(running.executor, signal.SIGKILL)
        ended = crucible.get(one.id)
        assert (ended.outcome, ended.status, ended.infrastructure_attempts) == (Outcome.SANDBOX_ERROR, "failed", 2)
        assert "given up after 2 attempts" in (ended.error or "")


def until_ready(url: str) -> None:
    while not httpx2.get(f"{url}/api/v1/ready", trust_env=False, verify=False).is_success:
        time.sleep(0.05)
