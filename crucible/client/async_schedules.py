"""Schedules, for programs that do something else meanwhile; see `schedules`."""

from crucible.client import schedule_calls as calls
from crucible.client.calls import AsyncAsk
from crucible.domain.schedule import FiringPage, Schedule, SchedulePage, ScheduleRequest


class AsyncSchedules:
    """The schedules of a server."""

    def __init__(self, ask: AsyncAsk) -> None:
        self._ask = ask

    async def create(self, request: ScheduleRequest, *, idempotency_key: str | None = None) -> Schedule:
        """Make a schedule, which fires from its next time on."""
        return await self._ask(calls.create(request, idempotency_key))

    async def get(self, schedule_id: str) -> Schedule:
        """Return a schedule, and when it fires next."""
        return await self._ask(calls.get(schedule_id))

    async def page(self, *, limit: int = 50, cursor: str | None = None) -> SchedulePage:
        """Return part of the list, newest first; `cursor` is the part's before it `next_cursor`."""
        return await self._ask(calls.page(limit, cursor))

    async def firings(self, schedule_id: str, *, limit: int = 50, cursor: str | None = None) -> FiringPage:
        """Return when it fired, the last time first, and what ran for it."""
        return await self._ask(calls.firings(schedule_id, limit, cursor))

    async def replace(self, schedule_id: str, request: ScheduleRequest) -> Schedule:
        """Have it be another, from now on; one that is paused stays so."""
        return await self._ask(calls.replace(schedule_id, request))

    async def pause(self, schedule_id: str) -> Schedule:
        """Have it fire no more until it is resumed."""
        return await self._ask(calls.pause(schedule_id))

    async def resume(self, schedule_id: str) -> Schedule:
        """Have it fire again, from now on."""
        return await self._ask(calls.resume(schedule_id))

    async def remove(self, schedule_id: str) -> None:
        """End it. What it started goes on."""
        await self._ask(calls.remove(schedule_id))
