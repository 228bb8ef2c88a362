"""Uvicorn's connection, with an end to what somebody may hold open or send without saying anything.

Uvicorn ends a connection that rests between two requests. One that never begins a request, or never ends its head,
it keeps for good, with all that has come: a thousand take every descriptor that a process usually has, so that no
result can be written, and one takes all memory.
"""

import asyncio
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS: Final = 10.0
"""From its first byte, or from the connection's beginning, until a request's head is there."""
MOST_UNTOLD_BYTES: Final = 256 * 1024
"""Of a head, or between two pieces of a body. The longest query that is any use has 100 KB."""


class HttpConnection(HttpToolsProtocol):
    """One client's connection."""

    _head: asyncio.TimerHandle | None = None
    """While one is awaited."""
    _untold_bytes = 0
    """How much came since the parser last made something of it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """See `HttpToolsProtocol`."""
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """See `HttpToolsProtocol`."""
        self._take_head()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """See `HttpToolsProtocol`."""
        self._untold_bytes += len(data)
        super().data_received(data)
        if self._untold_bytes > MOST_UNTOLD_BYTES:
            self.transport.close()

    def on_message_begin(self) -> None:
        """See `HttpToolsProtocol`."""
        super().on_message_begin()
        if self._head is None:
            self._await_head()

    def on_headers_complete(self) -> None:
        """See `HttpToolsProtocol`."""
        self._take_head()
        self._untold_bytes = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """See `HttpToolsProtocol`."""
        self._untold_bytes = 0
        super().on_body(body)

    def _await_head(self) -> None:
        self._head = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _take_head(self) -> None:
        if self._head is not None:
            self._head.cancel()
            self._head = None
