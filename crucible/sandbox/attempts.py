"""What a program tried and was refused, kept so that no flood of it can fill or hide the record.

Attempts that are alike (the same call, the same telling arguments) are one entry with a count. Entries are
bounded, in all and for each call, and what comes beyond the bound is counted under its call's `others`: the
thousandth address loses its text, and no number of them hides a call of another kind. Each entry is told when it
is new, again when its count has grown a hundredfold, and at the end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from crucible.sandbox.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_ENTRIES: Final = 256
MOST_OF_ONE_NAME: Final = 64
_TOLD_AGAIN: Final = 100
OTHERS: Final = "others"

Action = Literal["system_call", "connection"]


class Attempt(Record):
    """Something that was refused; the fields are those of `SandboxAttempt`."""

    action: Action
    name: str
    detail: str
    count: int
    wall_seconds: float
    """When it happened first."""


class Attempts:
    """One program's attempts. `tell` is given each as described above."""

    def __init__(self, tell: Callable[[Attempt], None], clock: Callable[[], float]) -> None:
        self._tell = tell
        self._clock = clock
        self._entries: dict[tuple[Action, str, str], Attempt] = {}
        self._told: dict[tuple[Action, str, str], int] = {}
        self._names: dict[str, int] = {}

    def note(self, action: Action, name: str, detail: str, count: int = 1) -> None:
        """Count an attempt, or several that were alike."""
        key = (action, name, detail)
        entry = self._entries.get(key)
        if entry is None:
            if len(self._entries) >= MOST_ENTRIES or self._names.get(name, 0) >= MOST_OF_ONE_NAME:
                key = (action, name, OTHERS)
                entry = self._entries.get(key)
            else:
                self._names[name] = self._names.get(name, 0) + 1
        if entry is None:
            entry = Attempt(*key, count=0, wall_seconds=self._clock())
        entry = self._entries[key] = entry.changed(count=entry.count + count)
        if entry.count >= self._told.get(key, 0) * _TOLD_AGAIN:
            self._tell_of(key, entry)

    def finish(self) -> None:
        """Tell every count that has grown since it was told."""
        for key, entry in self._entries.items():
            if entry.count != self._told[key]:
                self._tell_of(key, entry)

    def _tell_of(self, key: tuple[Action, str, str], entry: Attempt) -> None:
        self._told[key] = entry.count
        self._tell(entry)
