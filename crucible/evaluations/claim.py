"""Take queued evaluations, for as long as a lease lasts."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Final

from crucible.database.database import Database, SystemWork
from crucible.database.lines import Room
from crucible.database.records import Claimed
from crucible.domain.limits import GIB
from crucible.domain.sharing import NO_CAPS, Caps, Line, Shares
from crucible.domain.worker import Offer
from crucible.evaluations.turns import Turns

KEEPS_ROOM_AFTER: Final = timedelta(seconds=60)
"""Who has waited this long and does not fit beside what runs is let in before anything smaller behind it."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What was taken, the first to be served first, and whether there may be more."""

    evaluations: list[Claimed]
    more: bool


def _begin_nothing(_: Claimed) -> None:
    pass


async def claim(
    database: Database,
    worker: str,
    offer: Offer,
    *,
    limit: int,
    lease_seconds: float,
    shares: Shares | None = None,
    caps: Caps = NO_CAPS,
    promised_memory: int = 0,
    promised_cpus: float = 0.0,
    once_taken: Callable[[Claimed], None] = _begin_nothing,
) -> Claim:
    """Take up to `limit` evaluations that the offer meets, and of which nobody else gets any.

    `shares` is the worker's memory of which priority it served; what is `promised` is what runs there already.
    `once_taken` is called with each, on SQLite before it is on disk: whoever begins something then ends it where
    this raises StorageUnavailableError, for nothing was taken.
    """
    room = Room(
        whole_memory=offer.memory_bytes,
        whole_cpus=offer.cpus,
        free_memory=offer.memory_bytes - promised_memory,
        free_cpus=_exact(offer.cpus - promised_cpus),
    )
    shares = shares or Shares()
    async with database.system_steps() as work:
        turns = Turns(await _lines(work, offer), shares, running={}, caps=caps)
        if not turns.lines:
            return Claim([], more=False)
        if not _is_one_statement(turns, room, limit):
            await work.as_one()
        if turns.compete or turns.capped:
            await work.lines.one_at_a_time()
            turns = Turns(await _lines(work, offer), shares, running=await work.lines.running(), caps=caps)
        ttl = timedelta(seconds=lease_seconds)
        taken: list[Claimed] = []
        while len(taken) < limit and (line := turns.next()):
            most = _at_once(turns, line, room, limit - len(taken))
            some = await work.claims.take(line, worker, room, most=most, ttl=ttl)
            if some:
                turns.took(line, len(some))
                taken += some
                room = _without(room, some)
            if len(some) == most:
                continue
            turns.leave(line)
            if turns.lines and await _keeps_room(work, line, room):
                break
        if turns.served and turns.compete:
            await work.lines.served(turns.served)
        for each in taken:
            work.once_seen(partial(once_taken, each))
        return Claim(taken, more=bool(turns.lines))


async def _lines(work: SystemWork, offer: Offer) -> list[Line]:
    return [line for line in await work.lines.all() if offer.meets(line.need)]


def _is_one_statement(turns: Turns, room: Room, limit: int) -> bool:
    """Whether no more than one statement will take something, and nothing else is to be kept with that."""
    return not (turns.compete or turns.capped) and _at_once(turns, turns.lines[0], room, limit) == limit


async def _keeps_room(work: SystemWork, line: Line, room: Room) -> bool:
    """Whether the first of a line has waited for room for so long that nobody behind it is let in."""
    at = await work.now()
    since = await work.lines.waits_for_room(line, room, at=at)
    return since is not None and at - since > KEEPS_ROOM_AFTER


def _at_once(turns: Turns, line: Line, room: Room, most: int) -> int:
    """Return how many to take in one statement: several where no other line waits and all would have room."""
    if len(turns.lines) > 1:
        return 1
    size = max(1, line.need.size)
    spare = turns.spare(line)
    fits = min(room.free_memory // (size * GIB), int(room.free_cpus // size))
    return max(1, min(most, fits, most if spare is None else spare))


def _without(room: Room, taken: list[Claimed]) -> Room:
    limits = [each.spec.limits for each in taken]
    return replace(
        room,
        free_memory=room.free_memory - sum(each.memory_bytes for each in limits),
        free_cpus=_exact(room.free_cpus - sum(each.cpus for each in limits)),
    )


def _exact(cpus: float) -> float:
    """Return processors without what binary fractions leave over: ten tenths are one."""
    return round(cpus, 6)
