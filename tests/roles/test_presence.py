"""What a worker learns of its executor's engines, and when."""

import asyncio

from crucible.domain.sandbox import DriverReport
from crucible.ending import ended
from crucible.roles import presence
from crucible.roles.presence import keep_surveying
from tests.fake_executor import ENGINES
from tests.waiting import until


class Link:
    """An executor that may be away, and what it was asked."""

    def __init__(self) -> None:
        self.is_there = asyncio.Event()
        self.surveys = 0

    async def connected(self) -> None:
        await self.is_there.wait()

    async def survey(self) -> tuple[DriverReport, ...]:
        self.surveys += 1
        return ENGINES


async def test_engines_are_asked_for_once_the_executor_is_there_and_again_later(monkeypatch) -> None:
    monkeypatch.setattr(presence, "SURVEY_SECONDS", 0.01)
    link = Link()
    surveying = asyncio.create_task(keep_surveying(link))
    await asyncio.sleep(0.05)
    assert link.surveys == 0
    link.is_there.set()

    async def is_asked_again() -> bool:
        return link.surveys > 2

    await until(is_asked_again)
    await ended(surveying)


async def test_an_executor_that_just_started_is_spared_the_question_for_a_while() -> None:
    link = Link()
    link.is_there.set()
    surveying = asyncio.create_task(keep_surveying(link, after_seconds=3600))
    await asyncio.sleep(0.05)
    await ended(surveying)
    assert link.surveys == 0
