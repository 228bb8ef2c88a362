import asyncio
from datetime import UTC, datetime
from itertools import pairwise

from crucible.domain.event import Event, Output, Queued, UsageSample
from crucible.stream.history import MAXIMUM_SAMPLES
from crucible.stream.memory import InProcessEventStream

AT = datetime(2026, 1, 1, tzinfo=UTC)
BEFORE_ALL = (-1, -1)


def event(fence: int, sequence: int, evaluation_id: str = "ev_1") -> Event:
    return Queued(evaluation_id=evaluation_id, fence=fence, sequence=sequence, at=AT)


def sample(sequence: int) -> UsageSample:
    return UsageSample(
        evaluation_id="ev_1",
        fence=1,
        sequence=sequence,
        at=AT,
        wall_seconds=sequence,
        cpu_seconds=0,
        memory_bytes=0,
        processes=1,
    )


async def read_all(stream: InProcessEventStream, after: tuple[int, int] = BEFORE_ALL) -> list[tuple[int, int]]:
    with stream.subscribe("ev_1") as subscription:
        return [event.position async for event in subscription.after(after)]


async def reading(stream: InProcessEventStream, after: tuple[int, int] = BEFORE_ALL) -> asyncio.Task:
    task = asyncio.create_task(read_all(stream, after))
    await asyncio.sleep(0)
    return task


async def test_readers_hear_what_was_and_what_comes_until_the_close(stream):
    stream.publish(event(1, 0))
    early = await reading(stream)
    stream.publish(event(1, 1))
    late = await reading(stream, after=(1, 0))
    stream.publish(event(1, 2))
    stream.close("ev_1", 1)
    assert await early == [(1, 0), (1, 1), (1, 2)]
    assert await late == [(1, 1), (1, 2)]


async def test_a_reader_may_come_before_anything_happens(stream):
    task = await reading(stream)
    stream.publish(event(1, 0))
    stream.close("ev_1", 1)
    assert await task == [(1, 0)]


async def test_a_slow_reader_loses_nothing_and_holds_nobody_up(stream):
    for sequence in range(1000):
        stream.publish(event(1, sequence))
    with stream.subscribe("ev_1") as subscription:
        events = subscription.after(BEFORE_ALL)
        seen = [(await anext(events)).position]
        for sequence in range(1000, 2000):
            stream.publish(event(1, sequence))
        stream.close("ev_1", 1)
        seen += [event.position async for event in events]
    assert seen == [(1, sequence) for sequence in range(2000)]


async def test_a_stale_holder_can_neither_speak_nor_close_after_a_later_one(stream):
    task = await reading(stream)
    stream.publish(event(3, 0))
    stream.publish(event(1, 7))
    stream.close("ev_1", 1)
    stream.publish(event(3, 1))
    stream.close("ev_1", 3)
    assert await task == [(3, 0), (3, 1)]


async def test_a_later_holders_first_event_drops_the_former_attempt(stream):
    stream.publish(event(1, 0))
    stream.publish(event(3, 0))
    assert [each.position for each in stream.held("ev_1", 3)] == [(3, 0)]
    assert list(stream.held("ev_1", 1)) == []


async def test_an_event_told_twice_is_heard_once(stream):
    stream.publish(event(1, 0))
    stream.publish(event(1, 0))
    stream.publish(event(1, 1))
    assert [each.position for each in stream.held("ev_1", 1)] == [(1, 0), (1, 1)]


async def test_nothing_stays_behind_when_holder_and_readers_are_gone(stream):
    with stream.subscribe("ev_1"):
        pass
    stream.publish(event(1, 0))
    with stream.subscribe("ev_1"):
        stream.close("ev_1", 1)
    stream.close("ev_1", 1)
    assert stream._channels == {}


async def test_evaluations_do_not_hear_each_other(stream):
    task = await reading(stream)
    stream.publish(event(1, 0, "ev_2"))
    stream.close("ev_1", 0)
    assert await task == []


async def test_usage_samples_are_thinned_evenly_and_nothing_else_is(stream):
    output = Output(
        evaluation_id="ev_1", fence=1, sequence=0, at=AT, stream="stdout", offset=0, encoding="utf-8", data="x"
    )
    stream.publish(output)
    for sequence in range(1, 10_000):
        stream.publish(sample(sequence))
    held = stream.held("ev_1", 1)
    assert held[0] == output
    samples = [each.sequence for each in held[1:]]
    assert MAXIMUM_SAMPLES / 2 <= len(samples) <= MAXIMUM_SAMPLES
    assert samples[0] == 1
    assert samples[-1] == 9999
    gaps = {later - earlier for earlier, later in pairwise(samples[:-1])}
    assert gaps == {16}


async def test_a_reader_that_is_in_the_middle_does_not_notice_the_thinning(stream):
    for sequence in range(950):
        stream.publish(sample(sequence))
    with stream.subscribe("ev_1") as subscription:
        events = subscription.after((1, 900))
        assert (await anext(events)).sequence == 901
        for sequence in range(950, MAXIMUM_SAMPLES + 10):
            stream.publish(sample(sequence))
        stream.close("ev_1", 1)
        rest = [event.sequence async for event in events]
    assert rest[-1] == MAXIMUM_SAMPLES + 9
    assert rest == sorted(set(rest))
