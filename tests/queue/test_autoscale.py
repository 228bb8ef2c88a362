"""How many slots a worker gives itself."""

import asyncio
from pathlib import Path

import pytest

from crucible.domain.status import Status
from crucible.ending import ended
from crucible.queue.autoscale import SLOW_ROUNDS, Autoscale, Bounds, Processors
from crucible.queue.terms import Terms
from tests.evaluations.steps import get
from tests.fake_executor import Gate
from tests.queue.test_worker import hire

__all__ = ["hire"]
IDLE, HALF, OVERRUN = 0.1, 0.9, 1.0


def scale(busy: float, *, fewest: int = 2, most: int = 4) -> Autoscale:
    return Autoscale(Bounds(fewest, most), lambda: busy)


def test_slots_are_added_while_work_waits_and_processors_idle() -> None:
    assert scale(IDLE).decide(2, running=2, more_waits=True) == 3
    assert scale(IDLE).decide(2, running=2, more_waits=False) == 2
    assert scale(IDLE).decide(3, running=2, more_waits=True) == 3  # a slot is free: it is room that lacks
    assert scale(HALF).decide(2, running=2, more_waits=True) == 2
    assert scale(IDLE).decide(4, running=4, more_waits=True) == 4


def test_an_overrun_machine_takes_one_off_at_once_and_idleness_slowly() -> None:
    assert scale(OVERRUN).decide(4, running=4, more_waits=True) == 3
    assert scale(OVERRUN).decide(2, running=2, more_waits=True) == 2
    slow = scale(IDLE)
    decided = [slow.decide(4, running=1, more_waits=False) for _ in range(SLOW_ROUNDS)]
    assert decided == [4] * (SLOW_ROUNDS - 1) + [3]
    slow.decide(4, running=4, more_waits=False)  # a wave came: the waiting begins anew
    assert slow.decide(4, running=1, more_waits=False) == 4


@pytest.mark.parametrize(
    "text", ["", "2", "2,", ",4", "4,2", "0,4", "1,1025", "-1,4", "1,4,8", "a,b", "1,²", "9" * 99]
)
def test_bounds_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must"):
        Bounds.parse(text)


def test_bounds_are_read() -> None:
    assert Bounds.parse("2,16") == Bounds(2, 16)


def test_processors_are_as_busy_as_the_kernel_says(tmp_path: Path) -> None:
    stat = tmp_path / "stat"
    stat.write_text("cpu  100 0 100 800 0 0 0 0 0 0\ncpu0 1 2 3\n")
    processors = Processors(stat)
    stat.write_text("cpu  150 0 125 820 5 0 0 0 0 0\n")
    assert processors.busy() == pytest.approx(0.75)
    assert processors.busy() == 1.0  # no time passed
    assert 0.0 <= Processors().busy() <= 1.0


async def test_a_worker_runs_more_at_once_when_it_may(hire, database) -> None:
    crew = hire(slots=1, terms=Terms(cpus=8.0))
    crew.executor.script = gate = Gate()
    ids = await crew.submit(3)
    await gate.reached.wait()
    scaling = asyncio.create_task(crew.worker.keep_scaling(scale(IDLE, fewest=1, most=3), seconds=0.01))
    for one in ids:
        while True:
            if (await get(database, one)).status is Status.RUNNING:
                break
            await asyncio.sleep(0.01)
    await ended(scaling)
    assert (crew.worker.slots, crew.executor.running) == (3, 3)
    gate.opened.set()
    for one in ids:
        await crew.end_of(one)
    await crew.worker.drain(0)
    await crew.running
