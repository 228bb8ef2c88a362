"""Sandboxes made ahead of the programs that will run in them.

Making one costs more than starting Python: joining control groups waits for every processor, and a root is some
sixty mounts. None of that depends on the program, so it is done while another one runs. Each is used once; there
are about as many spare ones of a kind as there are in use, and none after a while of not being needed.
"""

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

import structlog

from crucible.sandbox.standing import Hold, SandboxBrokenError

_IDLE_SECONDS = 60.0
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
        self._filling: dict[Kind, asyncio.Task[None]] = {}
        self._expiries: dict[Kind, asyncio.TimerHandle] = {}

    async def take(self, kind: Kind) -> Spare:
        """Return a sandbox that stands. Raises SandboxBrokenError, OSError where none can be made."""
        self._in_use[kind] += 1
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

    async def give_back(self) -> None:
        """End every spare one."""
        filling = list(self._filling.values())
        for task in filling:
            task.cancel()
        for expiry in self._expiries.values():
            expiry.cancel()
        self._expiries.clear()
        await asyncio.gather(*filling, return_exceptions=True)
        for kind in list(self._spare):
            self._expire(kind)

    def _refill(self, kind: Kind) -> None:
        if kind not in self._filling:
            task = self._filling[kind] = asyncio.create_task(self._fill(kind, self._in_use[kind]))
            task.add_done_callback(lambda _: self._filling.pop(kind))
        if expiry := self._expiries.pop(kind, None):
            expiry.cancel()
        self._expiries[kind] = asyncio.get_running_loop().call_later(_IDLE_SECONDS, self._expire, kind)

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

    def _expire(self, kind: Kind) -> None:
        for standing in self._spare.pop(kind, ()):
            self._discard(standing)
        if not self._in_use[kind]:
            del self._in_use[kind]
            self._rest(kind)
