"""An event stream within one process.

Readers share the one list of events that is held anyway, and each keeps its place in it: a slow reader costs the
holder no moment and the process no copy.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager

from crucible.domain.event import Event
from crucible.stream.history import History
from crucible.stream.stream import has_news


class InProcessEventStream:
    """See `EventStream`."""

    def __init__(self) -> None:
        self._channels: dict[str, _Channel] = {}

    def publish(self, event: Event) -> None:
        """See `EventStream`."""
        channel = self._channel(event.evaluation_id)
        if channel.history.append(event):
            channel.wake()

    @contextmanager
    def subscribe(self, evaluation_id: str) -> Iterator["_Reader"]:
        """See `EventStream`."""
        channel = self._channel(evaluation_id)
        reader = _Reader(channel)
        channel.readers.add(reader)
        try:
            yield reader
        finally:
            channel.readers.discard(reader)
            if channel.is_idle and self._channels.get(evaluation_id) is channel:
                del self._channels[evaluation_id]

    def held(self, evaluation_id: str, fence: int) -> Sequence[Event]:
        """See `EventStream`."""
        channel = self._channels.get(evaluation_id)
        return channel.history.after((fence, -1)) if channel and channel.history.fence == fence else ()

    def close(self, evaluation_id: str, fence: int) -> None:
        """See `EventStream`."""
        channel = self._channels.get(evaluation_id)
        if channel and channel.history.fence <= fence:
            del self._channels[evaluation_id]
            channel.closed = True
            channel.wake()

    def _channel(self, evaluation_id: str) -> "_Channel":
        channel = self._channels.get(evaluation_id)
        if channel is None:
            channel = self._channels[evaluation_id] = _Channel()
        return channel


class _Channel:
    """One evaluation's events and readers."""

    def __init__(self) -> None:
        self.history = History()
        self.readers: set[_Reader] = set()
        self.closed = False

    @property
    def is_idle(self) -> bool:
        return not self.readers and self.history.fence < 0

    def wake(self) -> None:
        for reader in self.readers:
            reader.news.set()


class _Reader:
    """See `Subscription`."""

    def __init__(self, channel: _Channel) -> None:
        self._channel = channel
        self.news = asyncio.Event()

    async def after(self, position: tuple[int, int]) -> AsyncIterator[Event]:
        """See `Subscription`."""
        while True:
            self.news.clear()
            closed = self._channel.closed
            for event in self._channel.history.after(position):
                position = event.position
                yield event
            if closed or not await has_news(self.news):
                return
