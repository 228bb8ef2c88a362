"""Sandboxes made ahead of the programs that will run in them.

Making one costs more than starting Python: joining control groups waits for every processor, and a root is some
sixty mounts. None of that depends on the program, so it is done while another one runs. Each is used once. There
are as many spare ones of a kind as were lately in use at once; when fewer are, the surplus goes, half of it at a
time, and after a while of not being needed all of it.
"""

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

import structlog

from crucible.sandbox.standing import Hold, SandboxBrokenError

_IDLE_SECONDS = 60.0
_LOOK_SECONDS = 5.0
"""How long a peak of use is remembered."""
_log = structlog.stdlib.get_logger(__name__)


Kind = TypeVar("Kind", bound=Hashable)
Spare = TypeVar("Spare", bound=Hold)


class WarmPool(Generic[Kind, Spare]):
    """Spare sandboxes by kind: what differs before the program is known.

    `rest` hears which kind nobody needs. `pause`: the seconds that a program has to itself before its successor's
    sandbox is made, where making one takes much of the processors that it runs on.
    """

    def __init__(
        self,
        make: Callable[[Kind], Awaitable[Spare]],
        discard: Callable[[Spare], None],
        most: int,
        rest: Callable[[Kind], None] = lambda _: None,
        pause: float = 0.0,
    ) -> None:
        self._make = make
        self._rest = rest
        self._pause = pause
        self._discard = discard
        self._most = most
        self._spare: defaultdict[Kind, deque[Spare]] = defaultdict(deque)
        self._in_use: Counter[Kind] = Counter()
        self._peak: Counter[Kind] = Counter()
        """How many were in use at once since the last look."""
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
        """Say that a sandbox that was taken is done with."""
        self._in_use[kind] -= 1

    def spares(self) -> int:
        """Return how many are ready."""
        return sum(map(len, self._spare.values()))

    async def give_back(self) -> None:
        """End every spare one."""
        filling = list(self._filling.values())
        for task in filling:
            task.cancel()
        for timer in (*self._expiries.values(), *self._looks.values()):
            timer.cancel()
        self._expiries.clear()
        self._looks.clear()
        await asyncio.gather(*filling, return_exceptions=True)
        for kind in list(self._spare):
            self._expire(kind)

    def _refill(self, kind: Kind) -> None:
        loop = asyncio.get_running_loop()
        if kind not in self._filling:
            task = self._filling[kind] = asyncio.create_task(self._fill(kind, self._in_use[kind]))
            task.add_done_callback(lambda _: self._filling.pop(kind))
        if expiry := self._expiries.pop(kind, None):
            expiry.cancel()
        self._expiries[kind] = loop.call_later(_IDLE_SECONDS, self._expire, kind)
        if kind not in self._looks:
            self._looks[kind] = loop.call_later(_LOOK_SECONDS, self._look, kind)

    async def _fill(self, kind: Kind, needed: int) -> None:
        if self._pause:
            await asyncio.sleep(self._pause)
        try:
            while len(self._spare[kind]) < min(self._most, max(needed, self._in_use[kind])):
                self._spare[kind].append(await self._make(kind))
        except (SandboxBrokenError, OSError) as error:
            _log.warning(
                "no_spare_sandbox", reason=str(error)
            )  # whoever needs one next is told by its own attempt

    def _look(self, kind: Kind) -> None:
        """Give back half of what is more than was needed since the last look; one stays until the kind expires."""
        spare, needed = self._spare.get(kind, deque()), max(1, self._peak[kind])
        for _ in range((len(spare) - needed + 1) // 2):
            self._discard(spare.popleft())
        self._peak[kind] = self._in_use[kind]
        if len(spare) > 1 or self._in_use[kind]:
            self._looks[kind] = asyncio.get_running_loop().call_later(_LOOK_SECONDS, self._look, kind)
        else:
            del self._looks[kind]

    def _expire(self, kind: Kind) -> None:
        for standing in self._spare.pop(kind, ()):
            self._discard(standing)
        if not self._in_use[kind]:
            del self._in_use[kind]
            self._peak.pop(kind, None)
            self._rest(kind)
