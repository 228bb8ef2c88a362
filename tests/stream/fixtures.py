"""The two event streams, and a Redis for the one that needs it."""

from collections.abc import AsyncIterator, Iterator

import pytest
from private_servers import Redis as RedisServer
from redis.asyncio import Redis

from crucible.stream.memory import InProcessEventStream
from crucible.stream.redis import RedisEventStream
from crucible.stream.stream import EventStream


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """One for all tests that leave it alive; each finds it empty."""
    with RedisServer("appendonly no") as server:
        yield server


@pytest.fixture
async def redis(redis_server: RedisServer) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_server.url) as redis:
        await redis.flushall()
        yield redis


@pytest.fixture(params=["memory", "redis"])
async def either_stream(request: pytest.FixtureRequest) -> AsyncIterator[EventStream]:
    if request.param == "memory":
        yield InProcessEventStream()
    else:
        server = request.getfixturevalue("redis_server")
        async with Redis.from_url(server.url) as redis:
            await redis.flushall()
            async with RedisEventStream(redis) as stream:
                yield stream
