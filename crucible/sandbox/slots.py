"""The numbers of living sandboxes: each goes with a control group and a range of ids, until all of it is gone.

The kernel takes some milliseconds to end a sandbox's processes, and longer where it is busy. Only once it lets go
of the group are the ids another sandbox's.
"""

import asyncio
import contextlib
import itertools
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import structlog

from crucible.sandbox.cgroup import Cgroup, Cgroups
from crucible.sandbox.ids import Blocks

_REMOVAL_PAUSES = (0.005, 0.02, 0.05, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Slot:
    """One sandbox's."""

    number: int
    """Of its block of ids, which is nobody else's while this sandbox lives."""
    group: Cgroup
    blocks: Blocks
    """Where the number is from."""


class Slots:
    """Gives slots out and takes them back."""

    def __init__(self, cgroups: Cgroups, ours: int, *, again: bool = False) -> None:
        """`ours`: how many processes in each group aren't the program's.

        `again`: whether a group may be another sandbox's after it, as nobody else makes or removes anything there.
        """
        self._ours = ours
        self._again = again
        self._cleared: list[Cgroup] = []
        self._cgroups = cgroups
        self._names = itertools.count(1)
        self._removals: set[asyncio.Task[Any]] = set()

    def take(self, blocks: Blocks) -> Slot:
        """Return a slot with a group that has no limits yet. Raises OSError."""
        number = blocks.take()
        try:
            return Slot(
                number, self._renewed() or self._cgroups.create(str(next(self._names)), self._ours), blocks
            )
        except OSError:
            blocks.give_back(number)
            raise

    def _renewed(self) -> Cgroup | None:
        """Return a group that was another sandbox's, where there is one."""
        while self._cleared:
            group = self._cleared.pop()
            try:
                group.renew()
            except OSError:  # somebody removed what it was in
                self._later(self._until(group.remove, group))
            else:
                return group
        return None

    def give_back(self, slot: Slot, gone: Awaitable[None] | None = None) -> "asyncio.Task[Any]":
        """Have the slot free again once `gone` has come and its group is let go of; return what sees to that."""
        return self._later(self._remove(slot, gone))

    def _later(self, removal: Coroutine[None, None, Any]) -> "asyncio.Task[Any]":
        task = asyncio.create_task(removal)
        self._removals.add(task)
        task.add_done_callback(self._removals.discard)
        return task

    async def settled(self) -> None:
        """Return when every slot that was given back is free, and nothing is left of their groups."""
        while self._removals or self._cleared:
            while self._cleared:
                group = self._cleared.pop()
                self._later(self._until(group.remove, group))
            await asyncio.gather(*self._removals)

    async def _remove(self, slot: Slot, gone: Awaitable[None] | None) -> None:
        if gone is not None:
            await gone
        if not await self._until(slot.group.clear if self._again else slot.group.remove, slot.group):
            return  # with its number, which is not to be another's while somebody may have it
        slot.blocks.give_back(slot.number)
        if self._again:
            self._cleared.append(slot.group)

    @staticmethod
    async def _until(is_done: Callable[[], bool], group: Cgroup) -> bool:
        """Return whether it was done within some seconds, in which whoever is in the group is killed."""
        for pause in _REMOVAL_PAUSES:
            await asyncio.sleep(pause)
            if is_done():
                return True
            with contextlib.suppress(OSError):  # while its hierarchy can't be written; it may be, at the next look
                group.kill()
        _log.warning("group_not_removed", group=group.entrances[0])
        return False
