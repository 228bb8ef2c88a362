"""The numbers of living sandboxes: each goes with a control group and a range of ids, until all of it is gone.

The kernel takes some milliseconds to end a sandbox's processes, and longer where it is busy. Only once it lets go
of the group are the ids another sandbox's.
"""

import asyncio
import contextlib
import itertools
from collections.abc import Awaitable
from dataclasses import dataclass

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

    def __init__(self, cgroups: Cgroups, ours: int) -> None:
        """`ours`: how many processes in each group aren't the program's."""
        self._ours = ours
        self._cgroups = cgroups
        self._names = itertools.count(1)
        self._removals: set[asyncio.Task[None]] = set()

    def take(self, blocks: Blocks) -> Slot:
        """Return a slot with a group that has no limits yet. Raises OSError."""
        number = blocks.take()
        try:
            return Slot(number, self._cgroups.create(str(next(self._names)), self._ours), blocks)
        except OSError:
            blocks.give_back(number)
            raise

    def give_back(self, slot: Slot, gone: Awaitable[None] | None = None) -> "asyncio.Task[None]":
        """Have the slot free again once `gone` has come and its group is let go of; return what sees to that."""
        removal = asyncio.create_task(self._remove(slot, gone))
        self._removals.add(removal)
        removal.add_done_callback(self._removals.discard)
        return removal

    async def settled(self) -> None:
        """Return when every slot that was given back is free."""
        while self._removals:
            await asyncio.gather(*self._removals)

    async def _remove(self, slot: Slot, gone: Awaitable[None] | None) -> None:
        if gone is not None:
            await gone
        for pause in _REMOVAL_PAUSES:
            await asyncio.sleep(pause)
            if slot.group.remove():
                slot.blocks.give_back(slot.number)
                return
            with contextlib.suppress(OSError):  # while its hierarchy can't be written; it may be, at the next look
                slot.group.kill()
        _log.warning("group_not_removed", group=slot.group.entrances[0], block=slot.number)
