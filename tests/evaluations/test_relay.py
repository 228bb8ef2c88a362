import asyncio
from datetime import UTC, datetime

import pytest

from crucible.database.records import Claimed
from crucible.domain.event import Attempt, Event, Output, Progress, Started, UsageSample
from crucible.domain.limits import Limits
from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import (
    MAXIMUM_ATTEMPTS,
    MAXIMUM_COLLECTED_BYTES,
    MAXIMUM_TOLD_ATTEMPTS,
    MAXIMUM_TOLD_PROGRESS,
    SandboxFile,
    SandboxSample,
    SandboxSpec,
)
from crucible.evaluations.relay import Relay
from tests.fake_executor import STARTED, SUCCEEDED, attempt, says, stderr, stdout
from tests.waiting import until

CLAIMED = Claimed(
    waited_seconds=0.0,
    evaluation_id="ev_1",
    tenant_id="tn_local",
    fence=1,
    claimed_at=datetime(2026, 1, 1, tzinfo=UTC),
    infrastructure_attempts=0,
    spec=SandboxSpec(runtime="python3.11", limits=Limits(output_bytes=300_000)),
)


@pytest.fixture
def told() -> list[Event]:
    return []


@pytest.fixture
async def relay(told: list[Event]) -> Relay:
    return Relay(CLAIMED, "A", told.append)


def text(told: list[Event], stream: str = "stdout") -> str:
    return "".join(event.data for event in told if isinstance(event, Output) and event.stream == stream)


async def test_events_are_numbered_from_the_start_and_dated_by_the_claim(relay, told):
    relay.take(STARTED)
    relay.take(SandboxSample(wall_seconds=1, cpu_seconds=0.5, memory_bytes=7, processes=2))
    assert [event.sequence for event in told] == [0, 1]
    started, sample = told
    assert isinstance(started, Started)
    assert (started.worker, started.engine, started.isolation) == ("A", "fake", "shared-kernel")
    assert isinstance(sample, UsageSample)
    assert CLAIMED.claimed_at <= started.at <= sample.at < datetime(2026, 1, 1, 0, 1, tzinfo=UTC)


async def test_the_first_output_is_told_at_once(relay, told):
    relay.take(stdout(b"now"))
    assert text(told) == "now"


async def test_output_in_quick_succession_is_told_together_soon(relay, told):
    for _ in range(1000):
        relay.take(stdout(b"x"))

    async def is_told() -> bool:
        return text(told) == "x" * 1000

    await until(is_told)
    assert 2 <= len(told) < 20  # two, where a thousand are written quicker than is waited for more


async def test_a_flood_is_told_in_chunks_without_a_wait(relay, told):
    for _ in range(30):
        relay.take(stdout(b"y" * 8192))
    relay.take(SUCCEEDED)
    assert text(told) == "y" * 30 * 8192
    assert max(len(event.data) for event in told) <= 65_536
    offsets = [event.offset for event in told]
    assert offsets == [sum(len(event.data) for event in told[:place]) for place in range(len(told))]


async def test_a_character_in_two_writes_is_one(relay, told):
    raw = "€".encode()
    relay.take(stdout(raw[:1]))
    relay.take(stderr(b"\xff"))
    relay.take(stdout(raw[1:]))
    relay.take(SUCCEEDED)
    assert text(told) == "€"
    assert (relay.stdout, relay.stderr) == (raw, b"\xff")


async def test_what_an_executor_sends_beyond_the_limit_is_not_kept(relay):
    for _ in range(10):
        relay.take(stdout(b"z" * 40_000))
    assert len(relay.stdout) == 300_000
    assert relay.output_cut


async def test_files_beyond_what_is_collected_are_not_kept(relay):
    relay.take(SandboxFile(path="a", data=b"1"))
    relay.take(SandboxFile(path="b", data=b"\0" * MAXIMUM_COLLECTED_BYTES))
    assert [file.path for file in relay.files] == ["a"]
    assert relay.files_cut


async def test_attempts_are_told_and_the_last_count_is_kept(relay, told):
    relay.take(attempt("192.0.2.7:80"))
    relay.take(attempt("192.0.2.7:443"))
    relay.take(attempt("192.0.2.7:80", count=100))
    assert [event.count for event in told if isinstance(event, Attempt)] == [1, 1, 100]
    assert [(one.detail, one.count) for one in relay.attempts] == [("192.0.2.7:80", 100), ("192.0.2.7:443", 1)]


async def test_more_attempts_than_a_sandbox_should_tell_are_not_kept(relay, told):
    for port in range(2 * MAXIMUM_ATTEMPTS):
        relay.take(attempt(f"192.0.2.7:{port}"))
    assert len(relay.attempts) == MAXIMUM_ATTEMPTS
    for count in range(2, MAXIMUM_TOLD_ATTEMPTS):
        relay.take(attempt("192.0.2.7:0", count=count))
    assert len(told) == MAXIMUM_TOLD_ATTEMPTS
    assert relay.attempts[0].count == MAXIMUM_TOLD_ATTEMPTS - 1


async def test_progress_is_told_and_the_last_is_kept(relay, told):
    relay.take(says(1, 4))
    relay.take(says(2, 4, "half"))
    assert [(event.done, event.message) for event in told if isinstance(event, Progress)] == [(1, ""), (2, "half")]
    assert relay.progress == says(2, 4, "half")


async def test_progress_beyond_what_a_sandbox_tells_is_kept_and_not_told(relay, told):
    for done in range(MAXIMUM_TOLD_PROGRESS + 10):
        relay.take(says(done))
    assert len(told) == MAXIMUM_TOLD_PROGRESS
    assert relay.progress == says(MAXIMUM_TOLD_PROGRESS + 9)


async def test_a_cancelled_run_keeps_its_output_and_its_last_known_usage(relay, told):
    relay.take(stdout(b"so far"))
    relay.take(stdout(b" and a bit"))
    relay.take(SandboxSample(wall_seconds=1, cpu_seconds=0.5, memory_bytes=9, processes=2))
    relay.take(SandboxSample(wall_seconds=2, cpu_seconds=0.6, memory_bytes=5, processes=2))
    finished = relay.cancelled("somebody")
    assert finished.outcome is Outcome.CANCELLED
    assert (finished.wall_seconds, finished.cpu_seconds, finished.peak_memory_bytes) == (2, 0.6, 9)
    assert text(told) == "so far and a bit"
    assert "cancel_requested" in [event.kind for event in told]


async def test_an_abandoned_attempt_says_nothing_more(relay, told):
    relay.take(stdout(b"a"))
    relay.take(stdout(b"b"))
    relay.abandon()
    await asyncio.sleep(0.1)
    assert text(told) == "a"
