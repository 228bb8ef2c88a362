"""What an engine tells of a container's end, in whatever order it does."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

import pytest

from crucible.sandbox.docker.engine import Engine
from crucible.sandbox.docker.fates import Fates

pytestmark = pytest.mark.asyncio


class Telling(Engine):
    """An engine of which nothing is known but what it is made to tell."""

    def __init__(self) -> None:
        self.told: asyncio.Queue[tuple[str, str]] = asyncio.Queue()

    async def events(self, label: str, listening: asyncio.Event) -> AsyncGenerator[tuple[str, str], None]:
        assert label == "ours"
        listening.set()
        while True:
            yield await self.told.get()


@asynccontextmanager
async def following(engine: Engine) -> AsyncIterator[Fates]:
    fates = Fates(engine, "ours")
    await fates.follow()
    try:
        yield fates
    finally:
        await fates.close()


async def test_memory_that_was_spent_is_known_where_the_engine_tells_it_after_the_end() -> None:
    engine = Telling()
    async with following(engine) as fates:
        fate = fates.expect("a")
        engine.told.put_nowait(("a", "die"))
        assert await fates.learn("a", 10) is fate
        assert not fate.out_of_memory
        learning = asyncio.create_task(fate.died_of_memory())
        await asyncio.sleep(0)
        engine.told.put_nowait(("a", "oom"))
        assert await learning


async def test_who_died_of_something_else_is_not_said_to_have_died_of_memory() -> None:
    engine = Telling()
    async with following(engine) as fates:
        fate = fates.expect("a")
        for event in (("b", "oom"), ("a", "die")):
            engine.told.put_nowait(event)
        await fates.learn("a", 10)
        assert not await fate.died_of_memory()
