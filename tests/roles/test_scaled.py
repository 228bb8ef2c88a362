"""The roles as processes: what only they can get wrong. What both forms do is in tests/end_to_end."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis as redis_client

from crucible.client import Crucible, Limits, Outcome, Retries, Status, Submission
from crucible.domain.errors import InvalidRequestError, NotFoundError
from crucible.domain.evaluation import Priority
from crucible.domain.event import Output
from crucible.domain.sandbox import Isolation
from crucible.queue.bell import MOST_WAITING
from crucible.queue.broker import CHUNK, RING
from crucible.roles.work import LOOK_SECONDS
from tests.end_to_end.machine import CRUCIBLE
from tests.roles.fixtures import Scaled

LONG = Submission(code="import time\nprint('up', flush=True)\ntime.sleep(60)", limits=Limits(wall_seconds=90))
PATIENT = Retries(attempts=100, first_seconds=0.1, longest_seconds=0.3)


def until(holds: Callable[[], object], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_program_is_run_and_its_output_seen_while_it_runs(scaled: Scaled) -> None:
    code = "import time\nprint('a', flush=True)\ntime.sleep(1)\nprint('b')"
    with Crucible(scaled.url) as crucible:
        one = crucible.submit(Submission(code=code))
        events = crucible.events(one.id)
        heard = [next(event for event in events if isinstance(event, Output))]
        assert crucible.get(one.id).status is Status.RUNNING
        heard += [event for event in events if isinstance(event, Output)]
        assert "".join(event.data for event in heard) == "a\nb\n"
        assert crucible.get(one.id).outcome is Outcome.SUCCEEDED


def test_a_running_program_is_cancelled_within_a_second(scaled: Scaled) -> None:
    with Crucible(scaled.url) as crucible:
        one = crucible.submit(LONG)
        next(event for event in crucible.events(one.id) if isinstance(event, Output))
        began = time.monotonic()
        crucible.cancel(one.id)
        assert crucible.wait(one.id).outcome is Outcome.CANCELLED
        assert time.monotonic() - began < 2  # a heartbeat alone would take a third of the lease more


def test_the_executor_is_given_no_secret(scaled: Scaled) -> None:
    environment = Path(f"/proc/{scaled.roles.processes['executor'].pid}/environ").read_bytes()
    assert scaled.postgres.password.encode() not in environment
    assert scaled.redis.password.encode() not in environment


def test_no_log_and_no_answer_has_a_password(scaled: Scaled) -> None:
    everything = "".join(scaled.log(role) for role in scaled.roles.processes)
    assert scaled.postgres.password not in everything
    assert scaled.redis.password not in everything


def test_what_is_no_ring_of_ours_is_refused_and_the_worker_goes_on(scaled: Scaled) -> None:
    queue = "crucible.ring.bash"
    properties = {
        "correlation_id": "1",
        "delivery_mode": 2,
        "delivery_tag": "1",
        "body_encoding": "base64",
        "delivery_info": {"exchange": "", "routing_key": queue},
    }
    with redis_client.Redis.from_url(scaled.redis.url) as broker:
        for headers, kind, body in (
            ({}, "application/x-python-serialize", "gASVBAAAAAAAAABLAS4="),
            ({"task": "os.system", "id": "1"}, "application/json", "W1tdLCB7fSwge31d"),
            ({"task": RING, "id": "2"}, "application/json", "W1sxXSwge30sIHt9XQ=="),
            ({}, "application/json", "e30="),
        ):
            message = {
                "body": body,
                "content-encoding": "utf-8",
                "content-type": kind,
                "headers": headers,
                "properties": properties,
            }
            broker.lpush(queue, json.dumps(message))
        until(lambda: broker.llen(queue) == 0)
    until(lambda: scaled.log("worker").count("foreign_message_refused") >= 4)
    with Crucible(scaled.url) as crucible:
        assert crucible.run(Submission(code="echo yes", runtime="bash")).stdout == "yes\n"


def test_high_priority_goes_before_what_waited_longer(scaled: Scaled) -> None:
    slowly = Submission(code="sleep 0.2", runtime="bash", priority=Priority.LOW)
    with Crucible(scaled.url) as crucible:
        low = crucible.submit_many([slowly] * 20)
        high = crucible.run(Submission(code="true", runtime="bash", priority=Priority.HIGH))
        assert high.outcome is Outcome.SUCCEEDED
        assert crucible.get(low[-1].id).status is Status.QUEUED
        for one in low:
            assert crucible.wait(one.id).outcome is Outcome.SUCCEEDED


def test_an_emptied_redis_is_rung_again(scaled: Scaled) -> None:
    with Crucible(scaled.url) as crucible, redis_client.Redis.from_url(scaled.redis.url) as broker:
        many = crucible.submit_many([Submission(code="sleep 0.05", runtime="bash")] * 40)
        broker.flushall()
        for one in many:
            assert crucible.wait(one.id).outcome is Outcome.SUCCEEDED


def test_redis_away_costs_time_and_nothing_else(scaled: Scaled) -> None:
    with Crucible(scaled.url, retries=PATIENT) as crucible:
        scaled.redis.stop(signal.SIGKILL)
        unready = crucible.readiness()
        one = crucible.submit(Submission(code="print(1)"))
        assert crucible.wait(one.id).outcome is Outcome.SUCCEEDED
        scaled.redis.forget()
        scaled.redis.start()
        assert list(unready.unready) == ["redis"]
        until(lambda: crucible.readiness().ready)
        # Whoever is deaf since then hears nothing for five seconds; the ear hears at once.
        until(lambda: took(crucible) < 2, seconds=20)
        code = "import time\nprint('a', flush=True)\ntime.sleep(0.2)\nprint('b')"
        heard = list(crucible.events(crucible.submit(Submission(code=code)).id))
        assert "".join(event.data for event in heard if isinstance(event, Output)) == "a\nb\n"


def took(crucible: Crucible) -> float:
    began = time.monotonic()
    assert crucible.run(Submission(code="true", runtime="bash")).outcome is Outcome.SUCCEEDED
    return time.monotonic() - began


def test_a_full_worker_leaves_rings_to_others_and_they_do_not_pile_up(scaled: Scaled) -> None:
    with Crucible(scaled.url) as crucible, redis_client.Redis.from_url(scaled.redis.url) as broker:
        many = crucible.submit_many([Submission(code="sleep 0.3", runtime="bash")] * 12)
        until(lambda: crucible.get(many[0].id).status is Status.RUNNING)
        for _ in range(MOST_WAITING // 4):
            crucible.submit(Submission(code="true", runtime="bash", priority=Priority.LOW))
        waiting = sum(broker.llen(key) for key in broker.keys("crucible.ring.bash*"))
        assert 0 < waiting <= MOST_WAITING + CHUNK
        until(lambda: sum(broker.llen(key) for key in broker.keys("crucible.ring.bash*")) == 0)


def test_a_drained_worker_lets_short_ones_end_gives_long_ones_back_and_leaves(scaled: Scaled) -> None:
    with Crucible(scaled.url, retries=PATIENT) as crucible:
        short = crucible.submit(Submission(code="import time\ntime.sleep(0.5)\nprint('done')"))
        long = crucible.submit(Submission(code="import time\ntime.sleep(2.5)\nprint('done')"))
        until(lambda: all(crucible.get(one.id).status is Status.RUNNING for one in (short, long)))
        worker = scaled.roles.processes.pop("worker")
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(20) == 0
        assert "Traceback" not in scaled.log("worker")
        assert crucible.get(short.id).outcome is Outcome.SUCCEEDED
        assert crucible.get(long.id).status is Status.QUEUED
        scaled.roles.start("worker", ["crucible", "worker"])
        ended = crucible.wait(long.id)
        assert (ended.outcome, ended.infrastructure_attempts) == (Outcome.SUCCEEDED, 0)


def test_what_was_deleted_long_ago_is_removed_by_whichever_scheduler_looks_first(scaled: Scaled) -> None:
    with Crucible(scaled.url) as crucible, psycopg.connect(scaled.postgres.url, autocommit=True) as connection:
        one = crucible.run(Submission(code="print('o' * 100_000)"))
        blobs = scaled.roles.data / "blobs" / "evaluations" / one.id
        assert blobs.exists()
        crucible.delete(one.id)
        connection.execute(
            "UPDATE evaluations SET deleted_at = now() - interval '31 days' WHERE id = %s", (one.id,)
        )
        scaled.roles.start("scheduler_2", ["crucible", "scheduler"])
        until(lambda: not blobs.exists())
        second = scaled.roles.processes.pop("scheduler_2")
        second.terminate()
        second.wait(20)
        with pytest.raises(NotFoundError, match="or it was deleted and is removed"):
            crucible.restore(one.id)


def test_a_specialised_worker_takes_only_its_own(scaled: Scaled) -> None:
    roles = scaled.roles
    worker = roles.processes.pop("worker")
    worker.terminate()
    assert worker.wait(20) == 0
    roles.start("worker_of_shells", ["crucible", "worker", "--runtime", "bash"])
    with Crucible(scaled.url) as crucible:
        until(lambda: "worker takes" in scaled.log("worker_of_shells"))
        python = crucible.submit(Submission(code="print(1)"))
        assert crucible.run(Submission(code="echo 1", runtime="bash")).stdout == "1\n"
        assert crucible.get(python.id).status is Status.QUEUED
        roles.start("worker", ["crucible", "worker"])
        assert crucible.wait(python.id).outcome is Outcome.SUCCEEDED
    shells = roles.processes.pop("worker_of_shells")
    shells.terminate()
    assert shells.wait(20) == 0


def test_what_no_worker_offers_is_said_and_runs_once_one_does(scaled: Scaled) -> None:
    wanted = Submission(code="echo 1", runtime="bash", worker_labels=("gpu",))
    with Crucible(scaled.url) as crucible:
        one = crucible.submit(wanted)
        until(lambda: crucible.get(one.id).waiting)
        waits = crucible.get(one.id).waiting
        assert waits is not None
        assert waits.detail == "no worker offers label gpu"
        assert crucible.run(Submission(code="echo 2", runtime="bash")).stdout == "2\n"
        assert crucible.get(one.id).status is Status.QUEUED
        command = ["crucible", "worker", "--label", "gpu", "--dedicated", "--memory", "1G"]
        scaled.roles.start("worker_with_gpu", command)
        assert crucible.wait(one.id).outcome is Outcome.SUCCEEDED
        until(lambda: "worker takes" in scaled.log("worker_with_gpu"))
        began = time.monotonic()
        assert crucible.run(wanted).outcome is Outcome.SUCCEEDED
        assert time.monotonic() - began < LOOK_SECONDS  # its ring was heard
    worker = scaled.roles.processes.pop("worker_with_gpu")
    worker.terminate()
    assert worker.wait(20) == 0


@pytest.mark.parametrize("role", ["serve", "worker", "scheduler"])
def test_a_role_without_a_place_to_meet_says_what_to_set(role: str) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CRUCIBLE_")}
    done = subprocess.run(
        [*CRUCIBLE, role, "--data", "/nonexistent"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "CRUCIBLE_DATABASE_URL and CRUCIBLE_REDIS_URL must be set" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_runtime_that_the_executor_does_not_have_is_no_worker(scaled: Scaled) -> None:
    roles = scaled.roles
    done = subprocess.run(
        [*CRUCIBLE, "worker", "--runtime", "cobol"],
        env=os.environ | roles.environment | roles.places,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "no runtime named cobol" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_server_beside_an_executor_holds_sessions(scaled: Scaled) -> None:
    with Crucible(scaled.url) as crucible, crucible.sessions.create() as session:
        assert session.exec(["sh", "-c", "echo $((6 * 7))"]).stdout.data == "42\n"


def test_engines_are_those_of_the_workers_executors(scaled: Scaled) -> None:
    with Crucible(scaled.url) as crucible:
        until(crucible.engines)
        (default,) = [engine for engine in crucible.engines() if engine.default]
        assert (default.name, default.available) == ("namespaces", True)
        with pytest.raises(InvalidRequestError, match="minimum_isolation: must be what the engine gives"):
            crucible.submit(Submission(code="1", minimum_isolation=Isolation.VIRTUAL_MACHINE))


def test_a_worker_is_drained_and_resumed_by_command(scaled: Scaled) -> None:
    def command(*words: str) -> dict[str, Any]:
        done = subprocess.run(
            [*CRUCIBLE, *words, "--json", "--url", scaled.url], capture_output=True, text=True, check=True
        )
        return json.loads(done.stdout)

    def state() -> str:
        alive = [each for each in command("workers")["items"] if each["is_alive"]]
        return alive[0]["state"] if len(alive) == 1 else ""

    until(lambda: state() == "working")
    (name,) = (each["name"] for each in command("workers")["items"] if each["is_alive"])
    with Crucible(scaled.url) as crucible:
        one = crucible.submit(LONG)
        until(lambda: crucible.get(one.id).status is Status.RUNNING)
        assert [run["evaluation_id"] for each in command("workers")["items"] for run in each["runs"]] == [one.id]
        command("drain", name)
        until(lambda: crucible.get(one.id).status is Status.QUEUED)  # its grace is a second
        assert state() == "draining"
        assert command("queue")["slots"] == 0
        command("resume", name)
        until(lambda: crucible.get(one.id).status is Status.RUNNING)
        crucible.cancel(one.id)
        ended = crucible.wait(one.id)
    assert (ended.outcome, ended.infrastructure_attempts) == (Outcome.CANCELLED, 0)
