"""Sandboxes made ahead of the programs that will run in them.

Making one costs more than starting Python: joining control groups waits for every processor, and a root is some
sixty mounts. None of that depends on the program, so it is done before there is one. Each is used once. There
are as many spare ones of a kind as were lately in use at once; when fewer are, the surplus goes, half of it at a
time, and after a while of not being needed all of it.

A successor's making would take the processors from the program that somebody waits for just then. So it may begin
a little later, and at the latest when that program has ended.
"""

import asyncio
import os
from collections import Counter, defaultdict, deque
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

import structlog

from crucible.sandbox.standing import Hold, SandboxBrokenError

_IDLE_SECONDS = 60.0
_LOOK_SECONDS = 5.0
"""How long a peak of use is remembered."""
_AT_ONCE = os.cpu_count() or 1
"""So many spare ones of a kind are made at the same time: while one waits for the kernel another can go on."""
_log = structlog.stdlib.get_logger(__name__)


Kind = TypeVar("Kind", bound=Hashable)
Spare = TypeVar("Spare", bound=Hold)


class WarmPool(Generic[Kind, Spare]):
    """Spare sandboxes by kind: what differs before the program is known.

    `make_ahead`: makes one that nobody waits for yet, where that differs. `rest` hears which kind nobody needs.
    `pause`: the most seconds that a program has to itself before its successor's sandbox is made. `ahead`: how
    many more there are than were in use at once, for who comes as soon as another has ended, when that making has
    only begun.
    """

    def __init__(
        self,
        make: Callable[[Kind], Awaitable[Spare]],
        discard: Callable[[Spare], None],
        *,
        most: int,
        make_ahead: Callable[[Kind], Awaitable[Spare]] | None = None,
        rest: Callable[[Kind], None] = lambda _: None,
        pause: float = 0.0,
        ahead: int = 0,
    ) -> None:
        self._make = make
        self._make_ahead = make_ahead or make
        self._rest = rest
        self._pause = pause
        self._ahead = ahead
        self._discard = discard
        self._most = most
        self._spare: defaultdict[Kind, deque[Spare]] = defaultdict(deque)
        self._in_use: Counter[Kind] = Counter()
        self._peak: Counter[Kind] = Counter()
        """How many were in use at once since the last look."""
        self._due: dict[Kind, asyncio.TimerHandle] = {}
        """When those that were taken are to be replaced."""
        self._needed: Counter[Kind] = Counter()
        """How many were in use when they were taken."""
        self._filling: dict[Kind, asyncio.Task[None]] = {}
        self._expiries: dict[Kind, asyncio.TimerHandle] = {}
        self._looks: dict[Kind, asyncio.TimerHandle] = {}

    async def take(self, kind: Kind) -> Spare:
        """Return a sandbox that stands. Raises SandboxBrokenError, OSError where none can be made."""
        self._in_use[kind] += 1
        self._peak[kind] = max(self._peak[kind], self._in_use[kind])
        try:
            while spare := self._spare[kind]:
                standing = spare.popleft()
                if standing.is_alive:
                    return standing
                self._discard(standing)
            return await self._make(kind)
        except BaseException:
            self._in_use[kind] -= 1
            raise
        finally:
            self._refill(kind)

    def used(self, kind: Kind) -> None:
        """Say that a sandbox that was taken is done with, so that making others disturbs its program no more."""
        self._in_use[kind] -= 1
        if due := self._due.get(kind):
            due.cancel()
            self._begin_to_fill(kind)

    def spares(self) -> int:
        """Return how many are ready."""
        return sum(map(len, self._spare.values()))

    async def give_back(self) -> None:
        """End every spare one."""
        filling = list(self._filling.values())
        for task in filling:
            task.cancel()
        for timers in (self._due, self._expiries, self._looks):
            for timer in timers.values():
                timer.cancel()
            timers.clear()
        self._needed.clear()
        await asyncio.gather(*filling, return_exceptions=True)
        for kind in list(self._spare):
            self._empty(kind)

    def _refill(self, kind: Kind) -> None:
        loop = asyncio.get_running_loop()
        if kind not in self._filling:
            self._needed[kind] = max(self._needed[kind], self._in_use[kind])
            if kind not in self._due:
                self._due[kind] = loop.call_later(self._pause, self._begin_to_fill, kind)
        if expiry := self._expiries.pop(kind, None):
            expiry.cancel()
        self._expiries[kind] = loop.call_later(_IDLE_SECONDS, self._expire, kind)
        if kind not in self._looks:
            self._looks[kind] = loop.call_later(_LOOK_SECONDS, self._look, kind)

    def _begin_to_fill(self, kind: Kind) -> None:
        del self._due[kind]
        task = self._filling[kind] = asyncio.create_task(self._fill(kind, self._needed.pop(kind)))
        task.add_done_callback(lambda _: self._filling.pop(kind))

    async def _fill(self, kind: Kind, needed: int) -> None:
        try:
            while (missing := self._missing(kind, needed)) > 0:
                making = [self._add(kind) for _ in range(min(missing, _AT_ONCE))]
                for failure in await asyncio.gather(*making, return_exceptions=True):
                    if failure is not None:
                        raise failure
        except (SandboxBrokenError, OSError) as error:
            # Whoever needs one next is told by its own attempt.
            _log.warning("no_spare_sandbox", reason=str(error))

    def _missing(self, kind: Kind, needed: int) -> int:
        return min(self._most, max(needed, self._in_use[kind]) + self._ahead) - len(self._spare[kind])

    async def _add(self, kind: Kind) -> None:
        self._spare[kind].append(await self._make_ahead(kind))

    def _look(self, kind: Kind) -> None:
        """Give back half of what is more than was needed since the last look; who comes alone finds one still."""
        spare, needed = self._spare.get(kind, deque()), max(1, self._peak[kind]) + self._ahead
        for _ in range((len(spare) - needed + 1) // 2):
            self._discard(spare.popleft())
        self._peak[kind] = self._in_use[kind]
        if len(spare) > 1 + self._ahead or self._in_use[kind]:
            self._looks[kind] = asyncio.get_running_loop().call_later(_LOOK_SECONDS, self._look, kind)
        else:
            del self._looks[kind]

    def _expire(self, kind: Kind) -> None:
        self._empty(kind)
        if kind not in self._in_use:
            self._rest(kind)

    def _empty(self, kind: Kind) -> None:
        for standing in self._spare.pop(kind, ()):
            self._discard(standing)
        if not self._in_use[kind]:
            del self._in_use[kind]
            self._peak.pop(kind, None)
