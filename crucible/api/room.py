"""How much of its requests' bodies a server holds at once, whoever sends them.

Each body is bounded, but as many come as there are connections, and one is held for as long as its sender takes to
end it: thirty of 64 MiB that nobody ends are 2 GB. A request's first MiB is not counted, so that small ones pass
while others have all the room.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from starlette.types import Scope

from crucible.domain.errors import UnavailableError
from crucible.domain.limits import MIB

MOST_HELD_BYTES: Final = 256 * MIB
FREE_BYTES: Final = 1 * MIB
_KEY = "crucible.share"


class Room:
    """What all requests share."""

    def __init__(self) -> None:
        self.held_bytes = 0

    @contextmanager
    def shared_with(self, scope: Scope) -> Iterator[None]:
        """Let a request have of it; what it holds is given back when it has been answered."""
        share = scope[_KEY] = Share(self)
        try:
            yield
        finally:
            share.give_back(share.bytes)


class Share:
    """What one request holds."""

    def __init__(self, room: Room) -> None:
        self.bytes = 0
        self._room = room

    def take(self, size: int) -> None:
        """Hold so many bytes more. Raises UnavailableError where there is no room for them."""
        more = _counted(self.bytes + size) - _counted(self.bytes)
        if self._room.held_bytes + more > MOST_HELD_BYTES:
            raise UnavailableError("this server holds as much of requests as it may", retry_after_seconds=1)
        self._room.held_bytes += more
        self.bytes += size

    def give_back(self, size: int) -> None:
        """Hold so many bytes less."""
        self._room.held_bytes -= _counted(self.bytes) - _counted(self.bytes - size)
        self.bytes -= size


def _counted(size: int) -> int:
    return max(0, size - FREE_BYTES)


def share_of(scope: Scope) -> Share:
    """Return what the request of this scope holds."""
    share: Share = scope[_KEY]
    return share
