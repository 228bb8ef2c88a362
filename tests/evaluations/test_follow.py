import asyncio
import base64

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crucible.domain.errors import NotFoundError
from crucible.domain.evaluation import Submission
from crucible.domain.event import Event, Output
from crucible.domain.limits import Limits
from crucible.domain.principal import LOCAL_OWNER
from crucible.evaluations.cancel import cancel
from crucible.evaluations.finish import finish
from crucible.evaluations.follow import follow
from crucible.evaluations.reap import reap
from crucible.evaluations.relay import Relay
from crucible.stream.memory import InProcessEventStream
from crucible.stream.stream import EventStream
from tests.evaluations.steps import STRANGER, claimed, finished, held, relayed, submitted
from tests.evaluations.test_reap import AT_ONCE
from tests.fake_executor import STARTED, SUCCEEDED, stderr, stdout

LARGE = Submission(code="x", limits=Limits(output_bytes=1 << 20))


@pytest.fixture
def stream(either_stream: EventStream) -> EventStream:
    return either_stream


class Follower:
    """Somebody who follows, and what they heard."""

    def __init__(self, database, blobs, stream, evaluation_id: str, after=None) -> None:
        self.heard: list[Event] = []
        self._events = follow(database, blobs, stream, LOCAL_OWNER, evaluation_id, after=after)
        self._task = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        async for event in self._events:
            self.heard.append(event)

    async def until(self, count: int) -> None:
        async with asyncio.timeout(5):
            while len(self.heard) < count:  # noqa: ASYNC110 - what is waited for is that nothing more is missing
                await asyncio.sleep(0.001)

    async def ended(self) -> list[str]:
        await asyncio.wait_for(self._task, 5)
        positions = [event.position for event in self.heard]
        assert positions == sorted(set(positions))
        return [event.kind for event in self.heard]

    def text(self, stream: str = "stdout") -> str:
        return "".join(event.data for event in self.heard if isinstance(event, Output) and event.stream == stream)


async def test_who_follows_from_the_start_hears_all_and_then_the_end(database, blobs, stream):
    (one,) = await submitted(database)
    follower = Follower(database, blobs, stream, one)
    await follower.until(1)
    (holder,) = await claimed(database)
    relay = relayed(stream, holder, STARTED, stdout(b"a"))
    await follower.until(3)
    relay.take(SUCCEEDED)
    await finish(database, blobs, stream, relay, SUCCEEDED)
    assert await follower.ended() == ["queued", "started", "output", "finished"]


async def test_who_comes_in_the_middle_and_who_comes_late_hear_the_same(database, blobs, stream):
    holder = await held(database, LARGE)
    relay = relayed(stream, holder, STARTED, stdout("é€".encode()[:4]), stderr(b"\xff\xfe"))
    middle = Follower(database, blobs, stream, holder.evaluation_id)
    await middle.until(3)
    relay.take(stdout("é€".encode()[4:] + b"x" * 200_000))
    relay.take(SUCCEEDED)
    await finish(database, blobs, stream, relay, SUCCEEDED)
    late = Follower(database, blobs, stream, holder.evaluation_id)
    assert await middle.ended() == await late.ended()
    assert middle.heard == late.heard
    assert late.text() == "é€" + "x" * 200_000
    assert late.text("stderr") == "//4="


async def test_resuming_at_any_event_gives_exactly_the_rest(database, blobs, stream):
    holder = await held(database)
    await finished(database, blobs, stream, holder, STARTED, stdout(b"a"), stderr(b"b"), SUCCEEDED)
    whole = Follower(database, blobs, stream, holder.evaluation_id)
    await whole.ended()
    for place, event in enumerate(whole.heard):
        rest = Follower(database, blobs, stream, holder.evaluation_id, after=event.position)
        await rest.ended()
        assert rest.heard == whole.heard[place + 1 :]


async def test_a_lost_attempt_is_followed_by_the_next_without_a_repeat(database, blobs, stream):
    a = await held(database, lease=0.0)
    stale = relayed(stream, a, STARTED, stdout(b"first"))
    follower = Follower(database, blobs, stream, a.evaluation_id)
    await follower.until(3)
    await reap(database, blobs, stream, patience=AT_ONCE)
    await follower.until(4)
    stale.take(stdout(b"stale"))
    (b,) = await claimed(database)
    stale.take(stdout(b"stale" * 20_000))
    relay = relayed(stream, b, STARTED, stdout(b"second"), SUCCEEDED)
    assert not await finish(database, blobs, stream, stale, SUCCEEDED)
    assert await finish(database, blobs, stream, relay, SUCCEEDED)
    assert await follower.ended() == [
        "queued",
        "started",
        "output",
        "requeued",
        "started",
        "output",
        "finished",
    ]
    assert follower.text() == "firstsecond"
    late = Follower(database, blobs, stream, a.evaluation_id)
    assert await late.ended() == ["queued", "requeued", "started", "output", "finished"]


async def test_a_cancelled_one_in_the_queue_ends_the_story(database, blobs, stream, doorbell):
    (one,) = await submitted(database)
    follower = Follower(database, blobs, stream, one)
    await follower.until(1)
    await cancel(database, doorbell, stream, LOCAL_OWNER, one)
    assert await follower.ended() == ["queued", "finished"]


async def test_a_long_history_is_told_whole(database, blobs, stream):
    holder = await held(database, LARGE)
    relay = Relay(holder, "A", stream.publish)
    for place in range(1200):
        relay.take(stdout(b"%d\n" % place))
        relay._flush()  # as if each came after a pause
    relay.take(SUCCEEDED)
    await finish(database, blobs, stream, relay, SUCCEEDED)
    late = Follower(database, blobs, stream, holder.evaluation_id)
    await late.ended()
    assert late.text() == "".join(f"{place}\n" for place in range(1200))


async def test_a_slow_follower_does_not_hold_up_the_finish(database, blobs, stream):
    holder = await held(database, LARGE)
    relay = relayed(stream, holder, STARTED)
    events = follow(database, blobs, stream, LOCAL_OWNER, holder.evaluation_id)
    heard = [await anext(events)]
    for _ in range(4):
        relay.take(stdout(b"y" * 70_000))
    relay.take(SUCCEEDED)
    assert await finish(database, blobs, stream, relay, SUCCEEDED)
    heard += [event async for event in events]
    assert "".join(event.data for event in heard if isinstance(event, Output)) == "y" * 280_000


async def test_what_is_not_there_or_anothers_can_not_be_followed(database, blobs, stream):
    (one,) = await submitted(database)
    for principal, evaluation_id in ((LOCAL_OWNER, "ev_missing"), (STRANGER, one)):
        with pytest.raises(NotFoundError):
            await anext(follow(database, blobs, stream, principal, evaluation_id))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=30), late=st.integers(0, 30))
async def test_live_and_replayed_bytes_are_those_that_were_written(database, blobs, stream, data, late):
    holder = await held(database)
    relay = relayed(stream, holder, STARTED)
    followers = []
    for place, piece in enumerate(data):
        if place == late:
            followers.append(Follower(database, blobs, stream, holder.evaluation_id))
            await asyncio.sleep(0)
        relay.take(stdout(piece))
        relay._flush()
    relay.take(SUCCEEDED)
    await finish(database, blobs, stream, relay, SUCCEEDED)
    followers.append(Follower(database, blobs, stream, holder.evaluation_id))
    for follower in followers:
        await follower.ended()
        told = [event for event in follower.heard if isinstance(event, Output)]
        raw = [
            event.data.encode() if event.encoding == "utf-8" else base64.b64decode(event.data) for event in told
        ]
        assert b"".join(raw) == b"".join(data)
        assert [event.offset for event in told] == [len(b"".join(raw[:place])) for place in range(len(raw))]


async def test_who_ended_it_and_was_killed_before_it_said_so_leaves_no_follower_behind(
    database, blobs, stream, doorbell, monkeypatch
):
    monkeypatch.setattr("crucible.stream.stream.QUIET_SECONDS", 0.05)
    (one,) = await submitted(database)
    follower = Follower(database, blobs, stream, one)
    await follower.until(1)
    await cancel(database, doorbell, InProcessEventStream(), LOCAL_OWNER, one)  # a stream that nobody hears
    assert await follower.ended() == ["queued", "finished"]


async def test_what_came_between_two_holders_is_heard_though_nobody_closed_the_first_ones_stream(
    database, blobs, stream
):
    one = await held(database, lease=0.0)
    follower = Follower(database, blobs, stream, one.evaluation_id)
    relayed(stream, one, STARTED)
    await follower.until(2)
    await reap(database, blobs, InProcessEventStream(), patience=AT_ONCE)
    (again,) = await claimed(database)
    await finished(database, blobs, stream, again, STARTED, SUCCEEDED)
    assert await follower.ended() == ["queued", "started", "requeued", "started", "finished"]
