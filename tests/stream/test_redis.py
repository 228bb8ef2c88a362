"""Events between processes: two streams on one Redis, which may lose them at any moment."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from private_servers import Redis as RedisServer
from redis.asyncio import Redis

from crucible.stream import redis as redis_stream
from crucible.stream.redis import RedisEventStream
from crucible.stream.telling import CLOSED, NEWS, NOTHING
from tests.stream.test_memory import BEFORE_ALL, event, sample


@asynccontextmanager
async def process(server: RedisServer) -> AsyncIterator[RedisEventStream]:
    """A stream as another process would have it."""
    async with Redis.from_url(server.url) as redis, RedisEventStream(redis) as stream:
        yield stream


@pytest.fixture
async def teller(redis: Redis, redis_server: RedisServer) -> AsyncIterator[RedisEventStream]:  # noqa: ARG001 - emptied
    async with process(redis_server) as stream:
        yield stream


@pytest.fixture
async def hearer(redis_server: RedisServer) -> AsyncIterator[RedisEventStream]:
    async with process(redis_server) as stream:
        yield stream


async def read(stream: RedisEventStream, position: tuple[int, int] = BEFORE_ALL) -> list[tuple[int, int]]:
    """Read as `follow` does: whoever is sent to the table comes back, until there was a close.

    The table has all that was told before a close. Here it is what Redis holds by then.
    """
    seen: list[tuple[int, int]] = []
    while True:
        with stream.subscribe("ev_1") as subscription:
            behind = seen[-1] if seen else position
            seen += [each.position async for each in subscription.after(behind)]
        if stream._heard.get("ev_1", NOTHING)[1] == CLOSED:
            in_table = await stream.entries("ev_1", seen[-1] if seen else position)
            return seen + [place for place, _ in in_table if place[1] != CLOSED]


async def told(redis: Redis, count: int) -> None:
    """Wait until Redis holds so many."""
    async with asyncio.timeout(5):
        while await redis.xlen("crucible:events:ev_1") != count:  # noqa: ASYNC110 - Redis is elsewhere
            await asyncio.sleep(0.005)


async def test_another_process_hears_what_was_and_what_comes(teller, hearer, redis):
    teller.publish(event(1, 0))
    await told(redis, 1)
    reading = asyncio.create_task(read(hearer))
    teller.publish(event(1, 1))
    await told(redis, 2)
    teller.publish(event(1, 2))
    teller.close("ev_1", 1)
    assert await asyncio.wait_for(reading, 2) == [(1, 0), (1, 1), (1, 2)]


async def test_what_a_short_program_tells_goes_with_its_close(teller, redis):
    sent: list[int] = []
    send = teller._send

    async def counted(batch):
        sent.append(len(batch))
        return await send(batch)

    teller._send = counted
    teller.publish(event(1, 0))
    teller.publish(event(1, 1))
    teller.close("ev_1", 1)
    await told(redis, 3)
    assert sent == [1]


async def test_a_process_hears_the_news_only_while_it_has_readers(hearer, redis, monkeypatch):
    async def who_hears(number: int) -> None:
        async with asyncio.timeout(30):
            while await redis.pubsub_numsub(NEWS) != [(NEWS.encode(), number)]:  # noqa: ASYNC110 - the same
                await asyncio.sleep(0.01)

    monkeypatch.setattr(redis_stream, "_LISTEN_SECONDS", 0.05)
    await who_hears(0)
    with hearer.subscribe("ev_1"):
        await who_hears(1)
    await who_hears(0)
    with hearer.subscribe("ev_1"):
        await who_hears(1)


async def test_a_reader_resumes_behind_any_event(teller, hearer, redis):
    for sequence in range(10):
        teller.publish(event(1, sequence))
    teller.close("ev_1", 1)
    await told(redis, 11)
    assert await read(hearer, (1, 6)) == [(1, 7), (1, 8), (1, 9)]


async def test_a_stale_holder_is_turned_away_by_redis_itself(teller, hearer, redis, redis_server):
    async with process(redis_server) as stale:
        stale.publish(event(1, 0))
        await told(redis, 1)
        teller.publish(event(3, 0))
        await asyncio.sleep(0.1)
        stale.publish(event(1, 1))
        stale.close("ev_1", 1)
        await asyncio.sleep(0.1)
    teller.publish(event(3, 1))
    teller.close("ev_1", 3)
    assert await read(hearer) == [(3, 0), (3, 1)]


async def test_where_another_holder_speaks_the_reader_looks_in_the_table_first(teller, hearer, redis):
    teller.publish(event(1, 0))
    await told(redis, 1)
    with hearer.subscribe("ev_1") as subscription:
        assert [each.position async for each in subscription.after(BEFORE_ALL)] == []
    with hearer.subscribe("ev_1") as subscription:
        events = subscription.after(BEFORE_ALL)
        assert (await anext(events)).position == (1, 0)
        teller.publish(event(3, 0))
        assert [each.position async for each in events] == []
    with hearer.subscribe("ev_1") as subscription:
        assert (await anext(subscription.after((2, 0)))).position == (3, 0)


async def test_a_close_by_somebody_who_told_nothing_is_heard(teller, hearer):
    with hearer.subscribe("ev_1") as subscription:
        reading = asyncio.create_task(anext(subscription.after(BEFORE_ALL), None))
        await asyncio.sleep(0.05)
        teller.close("ev_1", 0)
        assert await asyncio.wait_for(reading, 1) is None


async def test_who_waits_for_the_end_alone_is_sent_to_the_table_once_for_each_close(teller, hearer, redis):
    behind_all = (1 << 62, 0)
    teller.publish(event(1, 0))
    teller.close("ev_1", 1)
    await told(redis, 2)
    with hearer.subscribe("ev_1") as subscription:
        assert [each async for each in subscription.after(behind_all)] == []
    with hearer.subscribe("ev_1") as subscription:
        waiting = asyncio.create_task(anext(subscription.after(behind_all), None))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        teller.close("ev_1", 3)
        assert await asyncio.wait_for(waiting, 1) is None


async def test_what_redis_lost_is_told_again_without_a_gap_or_a_repeat(teller, hearer, redis):
    for sequence in range(5):
        teller.publish(event(1, sequence))
    await told(redis, 5)
    reading = asyncio.create_task(read(hearer))
    await asyncio.sleep(0.1)
    await redis.flushall()
    for sequence in range(5, 8):
        teller.publish(event(1, sequence))
    await told(redis, 8)
    teller.close("ev_1", 1)
    assert await asyncio.wait_for(reading, 5) == [(1, sequence) for sequence in range(8)]


async def test_a_redis_that_was_killed_holds_nobody_up_and_is_told_all_when_it_is_back():
    with RedisServer("appendonly no") as server:
        async with process(server) as teller, process(server) as hearer:
            teller.publish(event(1, 0))
            reading = asyncio.create_task(read(hearer))
            await asyncio.sleep(0.1)
            server.stop(signal.SIGKILL)
            for sequence in range(1, 2000):
                teller.publish(event(1, sequence))
            await asyncio.sleep(0.2)
            server.start()
            async with asyncio.timeout(10):
                while teller._untold:  # noqa: ASYNC110 - nobody else waits for that
                    await asyncio.sleep(0.02)
            teller.close("ev_1", 1)
            assert await asyncio.wait_for(reading, 10) == [(1, sequence) for sequence in range(2000)]


async def test_a_reader_that_hears_nothing_looks_in_the_table(hearer, monkeypatch):
    monkeypatch.setattr("crucible.stream.stream.QUIET_SECONDS", 0.05)
    with hearer.subscribe("ev_1") as subscription:
        assert [each async for each in subscription.after(BEFORE_ALL)] == []


async def test_samples_are_thinned_in_redis_too(teller, redis):
    for sequence in range(5000):
        teller.publish(sample(sequence))
        if sequence % 50 == 0:
            await asyncio.sleep(0)
    held = teller.held("ev_1", 1)
    await told(redis, len(held))
    kept = await redis.xrange("crucible:events:ev_1")
    assert [entry.decode() for entry, _ in kept] == [f"1-{each.sequence}" for each in held]


async def test_nothing_of_an_evaluation_stays_for_ever(teller, redis):
    teller.publish(event(1, 0))
    await told(redis, 1)
    assert 0 < await redis.pttl("crucible:events:ev_1") <= 3_600_000
    teller.close("ev_1", 1)
    await told(redis, 2)
    assert 0 < await redis.pttl("crucible:events:ev_1") <= 60_000
    assert (teller._told, teller._untold, teller._readers) == ({}, {}, {})


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_stream, "_RETRY_SECONDS", 0.05)


async def test_what_is_no_news_of_ours_is_passed_over(teller, hearer, redis, monkeypatch):
    monkeypatch.setattr("crucible.stream.stream.QUIET_SECONDS", 60.0)
    teller.publish(event(1, 0))
    await told(redis, 1)
    reading = asyncio.create_task(read(hearer))
    async with asyncio.timeout(5):
        while await redis.publish(NEWS, b"\xff") == 0:  # noqa: ASYNC110 - who hears is elsewhere
            await asyncio.sleep(0.01)
    teller.publish(event(1, 1))
    teller.close("ev_1", 1)
    assert await asyncio.wait_for(reading, 5) == [(1, 0), (1, 1)]


@pytest.mark.parametrize("forged", [{"event": b"{}"}, {"event": b"\xff"}, {"another": b"1"}])
async def test_who_meets_an_event_that_is_none_looks_in_the_table(teller, hearer, redis, forged):
    teller.publish(event(1, 0))
    await told(redis, 1)
    await redis.xadd("crucible:events:ev_1", forged, id="1-7")
    heard = []
    for _ in range(2):  # where a holder begins to speak, the first is sent to the table as well
        with hearer.subscribe("ev_1") as subscription:
            async with asyncio.timeout(5):
                heard += [each.position async for each in subscription.after(BEFORE_ALL)]
    assert heard == [(1, 0)]
