"""When the sandbox that follows one that was taken is made: when its making takes nothing from a program."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from crucible.sandbox import warm
from crucible.sandbox.cgroup import Reading
from crucible.sandbox.standing import SandboxBrokenError
from crucible.sandbox.warm import WarmPool
from tests.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOURS = 10_000.0
A_MOMENT = 0.001


class Spare:
    """A sandbox of which only the pool's part is looked at."""

    is_alive = True
    group = property(lambda self: self)

    def read(self) -> Reading:
        raise NotImplementedError

    async def receive(self) -> tuple[bytes, bytes]:
        raise NotImplementedError

    def ask_to_stop(self) -> None: ...

    def kill(self) -> None: ...


class Pool(WarmPool[str, Spare]):
    """A pool that counts what it makes."""

    def __init__(self, pause: float, ahead: int = 0) -> None:
        super().__init__(self._count, lambda _: None, most=4, pause=pause, ahead=ahead)
        self.made = 0

    async def _count(self, _: str) -> Spare:
        self.made += 1
        return Spare()


async def let_others_go_on() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


@pytest_asyncio.fixture(loop_scope="session")
async def pools() -> AsyncIterator[list[Pool]]:
    opened: list[Pool] = []
    yield opened
    for pool in opened:
        await pool.give_back()


async def test_while_a_program_runs_no_other_sandbox_is_made_and_at_its_end_one_is(pools: list[Pool]) -> None:
    pools.append(pool := Pool(pause=HOURS))
    await pool.take("a")
    await let_others_go_on()
    assert pool.made == 1, "its own"
    pool.used("a")
    await let_others_go_on()
    assert (pool.made, pool.spares()) == (2, 1)


async def test_a_program_that_goes_on_has_its_successors_sandbox_made_meanwhile(pools: list[Pool]) -> None:
    pools.append(pool := Pool(pause=A_MOMENT))
    await pool.take("a")

    async def stands() -> bool:
        return pool.spares() == 1

    await until(stands)


async def test_who_comes_right_after_another_finds_a_sandbox_that_was_made_ahead(pools: list[Pool]) -> None:
    pools.append(pool := Pool(pause=HOURS, ahead=1))
    await pool.take("a")
    pool.used("a")
    await let_others_go_on()
    assert pool.spares() == 2
    for _ in range(2):
        before = pool.made
        await pool.take("a")
        assert pool.made == before
        pool.used("a")
        await let_others_go_on()
        assert pool.spares() == 2


async def test_a_pool_that_gave_all_back_makes_none_for_a_program_that_ends_later(pools: list[Pool]) -> None:
    pools.append(pool := Pool(pause=HOURS))
    await pool.take("a")
    await pool.give_back()
    pool.used("a")
    await let_others_go_on()
    assert (pool.made, pool.spares()) == (1, 0)


async def test_what_nobody_waits_for_is_made_at_leisure(pools: list[Pool]) -> None:
    pools.append(pool := Pool(pause=HOURS))
    at_leisure = Spare()

    async def make_ahead(_: str) -> Spare:
        return at_leisure

    pool._make_ahead = make_ahead
    assert await pool.take("a") is not at_leisure
    pool.used("a")
    await let_others_go_on()
    assert await pool.take("a") is at_leisure


async def test_several_are_made_at_the_same_time_and_one_that_fails_takes_no_other_with_it(
    pools: list[Pool], monkeypatch: pytest.MonkeyPatch
) -> None:
    pools.append(pool := Pool(pause=HOURS, ahead=1))
    monkeypatch.setattr(warm, "_AT_ONCE", 2)
    go_on = asyncio.Event()
    begun: list[Spare] = []

    async def make_ahead(_: str) -> Spare:
        begun.append(Spare())
        is_first = len(begun) == 1
        await go_on.wait()
        if is_first:
            raise SandboxBrokenError("as this test wants it")
        return begun[-1]

    pool._make_ahead = make_ahead
    await pool.take("a")
    pool.used("a")
    await let_others_go_on()
    assert (len(begun), pool.spares()) == (2, 0)
    go_on.set()
    await let_others_go_on()
    assert (len(begun), pool.spares()) == (2, 1)
