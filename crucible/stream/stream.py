"""What every event stream can do.

A stream holds the events of a running attempt from its first on, so that whoever comes late misses nothing, until
the attempt is over and what remains of it is in the events table. A closed subscription says: look there.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from crucible.domain.event import Event

BEHIND_ALL = (1 << 62, 0)
"""Who reads from here hears no event, and so waits for the stream's close alone."""
QUIET_SECONDS = 3.0
"""How long a reader hears nothing before its caller looks in the table."""


class Subscription(Protocol):
    """One reader's view of one evaluation's events."""

    def after(self, position: tuple[int, int]) -> AsyncIterator[Event]:
        """Yield the events behind a position, those held and those to come, until it is closed or quiet."""


class EventStream(Protocol):
    """Where a holder tells what happens and readers hear it."""

    def publish(self, event: Event) -> None:
        """Tell an event; never waits for a reader. Ignored where a later holder has spoken already."""

    def subscribe(self, evaluation_id: str) -> AbstractContextManager[Subscription]:
        """Begin to read an evaluation's events, whether or not it runs yet."""

    def held(self, evaluation_id: str, fence: int) -> Sequence[Event]:
        """Return the events that this holder told, thinned as they are to be kept."""

    def close(self, evaluation_id: str, fence: int) -> None:
        """End what holders up to this fence told: the events table has, or will have, nothing more of them."""


async def has_news(news: asyncio.Event) -> bool:
    """Wait for news; False where there was none for so long that the caller is to look in the table."""
    try:
        async with asyncio.timeout(QUIET_SECONDS):
            await news.wait()
    except TimeoutError:
        return False
    return True
