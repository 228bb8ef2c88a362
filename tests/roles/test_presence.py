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
        self.tried: list[str | None] = []
        self.doubted = asyncio.Event()
        self.is_broken = False

    async def connected(self) -> None:
        await self.is_there.wait()

    async def survey(self) -> tuple[DriverReport, ...]:
        self.surveys += 1
        return ENGINES

    async def try_out(self, engine: str | None = None) -> None:
        self.tried.append(engine)


async def test_engines_are_asked_for_once_the_executor_is_there_and_again_later(monkeypatch) -> None:
    monkeypatch.setattr(presence, "SURVEY_SECONDS", 0.01)
    monkeypatch.setattr(presence, "REST_SECONDS", 0.0)
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


async def tries_again(monkeypatch, link: Link) -> None:
    monkeypatch.setattr(presence, "REST_SECONDS", 0.0)
    link.is_there.set()

    async def was_tried() -> bool:
        return len(link.tried) > 1

    surveying = asyncio.create_task(keep_surveying(link, ["strong"]))
    await until(was_tried)
    await ended(surveying)
    assert set(link.tried) == {"strong"}


async def test_whether_a_sandbox_can_be_made_is_tried_at_once_where_a_program_found_none(monkeypatch) -> None:
    link = Link()

    async def try_out(engine: str | None = None) -> None:
        link.tried.append(engine)
        if len(link.tried) == 1:
            link.doubted.set()

    link.try_out = try_out
    await tries_again(monkeypatch, link)


async def test_whether_a_sandbox_can_be_made_is_tried_soon_while_none_can(monkeypatch) -> None:
    monkeypatch.setattr(presence, "BROKEN_SECONDS", 0.01)
    link = Link()
    link.is_broken = True
    await tries_again(monkeypatch, link)
