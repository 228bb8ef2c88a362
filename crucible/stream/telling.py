"""What a process tells of one evaluation, and how far Redis has it."""

from typing import Any

from crucible.domain.event import Event
from crucible.domain.limits import KIB
from crucible.stream.history import History

Position = tuple[int, int]

NOTHING: Position = (-1, -1)
CLOSED = 2**64 - 1
"""The sequence of the entry that closes an attempt's events: the highest that Redis takes."""
NEWS = "crucible:news"
"""The channel on which it is said which evaluation has more."""
_HELD_MILLISECONDS = 3_600_000
_CLOSED_MILLISECONDS = 60_000
_MESSAGE_BYTES = 256 * KIB


class Telling:
    """What this process tells of one evaluation, and how far Redis has it."""

    def __init__(self) -> None:
        self.history = History(on_drop=self._drop)
        self.closes: int | None = None
        self.has_more = False
        """Whether the last message did not hold all."""
        self._carried: Position | None = None
        self._dropped: list[str] = []

    def take(self, event: Event) -> bool:
        """Take an event in; False where it is not behind all others."""
        former = self.history.fence
        if not self.history.append(event):
            return False
        if event.fence > former:
            self.tell_anew()
        return True

    def tell_anew(self) -> None:
        """Begin at the history's beginning with the next message."""
        self._carried = None
        self._dropped.clear()

    def arguments(self, evaluation_id: str) -> list[Any]:
        """Return the script's arguments for what is untold; it counts as told from now on."""
        mode = "whole" if self._carried is None else "more"
        dropped, self._dropped = self._dropped, []
        lines = self._lines()
        if not lines:
            mode = "any"
        fence, ttl = self.history.fence, _HELD_MILLISECONDS
        if self.closes is not None and not self.has_more:
            fence, ttl = self.closes, _CLOSED_MILLISECONDS
            lines += [f"{fence}-{CLOSED}", ""]
        return [fence, mode, ttl, NEWS, evaluation_id, len(dropped), *dropped, *lines]

    def _lines(self) -> list[str]:
        lines: list[str] = []
        size = 0
        self.has_more = False
        for event in self.history.after(self._carried or NOTHING):
            if size > _MESSAGE_BYTES:
                self.has_more = True
                break
            body = event.model_dump_json()
            size += len(body)
            lines += [f"{event.fence}-{event.sequence}", body]
            self._carried = event.position
        return lines

    def _drop(self, event: Event) -> None:
        if self._carried is not None and event.position <= self._carried:
            self._dropped.append(f"{event.fence}-{event.sequence}")
