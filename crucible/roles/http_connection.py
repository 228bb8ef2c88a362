"""Uvicorn's connection, with an end to what somebody may hold open, send without saying anything, or never read.

Uvicorn ends a connection that rests between two requests. One that never begins a request, or never ends its head,
it keeps for good, with all that has come: a thousand take every descriptor that a process usually has, so that no
result can be written, and one takes all memory. It keeps an answer that nobody reads, too. And it takes as many
connections as anybody makes, be each of them held open for a reason, as a program's followers do (ADR 81).
"""

import asyncio
import fcntl
import resource
import sys
import termios
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from crucible.api.problems import problem_response
from crucible.domain.errors import UnavailableError

HEAD_SECONDS: Final = 10.0
"""From its first byte, or from the connection's beginning, until a request's head is there."""
MOST_UNTOLD_BYTES: Final = 256 * 1024
"""Of a head, or between two pieces of a body. The longest query that is any use has 100 KB."""
UNREAD_SECONDS: Final = 60.0
"""How long an answer may wait for a client to read any of it."""
MOST_CONNECTIONS: Final = 2048
"""At once, where the process may open twice as many files: to write results it needs some, too."""


def take_descriptors() -> None:
    """Have this process open as many files as the kernel lets it: the usual 1024 are meant for select(2)."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def most_connections() -> int:
    """Return how many connections leave this process descriptors to work with."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return min(MOST_CONNECTIONS, files // 2)


def _full() -> bytes:
    """Return the answer to a connection too many, whatever it would have asked."""
    error = UnavailableError("this server has as many connections as it may", retry_after_seconds=1)
    answer = problem_response(error, {"Connection": "close"})
    head = b"".join(b"%b: %b\r\n" % header for header in answer.raw_headers)
    return b"HTTP/1.1 503 Service Unavailable\r\n%b\r\n%b" % (head, bytes(answer.body))


class HttpConnection(HttpToolsProtocol):
    """One client's connection."""

    _head: asyncio.TimerHandle | None = None
    """While one is awaited."""
    _untold_bytes = 0
    """How much came since the parser last made something of it."""
    _unread: asyncio.TimerHandle | None = None
    """While an answer waits for its reader."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """See `HttpToolsProtocol`."""
        super().connection_made(transport)
        if len(self.connections) > most_connections():
            transport.write(_full())
            transport.close()
        else:
            self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """See `HttpToolsProtocol`."""
        self._take_head()
        self._take_unread()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """See `HttpToolsProtocol`."""
        super().pause_writing()
        self._await_reader()

    def resume_writing(self) -> None:
        """See `HttpToolsProtocol`."""
        self._take_unread()
        super().resume_writing()

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

    def _await_reader(self) -> None:
        self._unread = self.loop.call_later(UNREAD_SECONDS, self._look_at_reader, self._unread_bytes())

    def _look_at_reader(self, unread_before: int) -> None:
        if self._unread_bytes() < unread_before:
            self._await_reader()
        else:
            self.transport.abort()

    def _unread_bytes(self) -> int:
        """Return how much the other side has not taken: here, and in the kernel, which holds some MiB (tcp(7))."""
        there = fcntl.ioctl(self.transport.get_extra_info("socket").fileno(), termios.TIOCOUTQ, bytes(4))
        return self.transport.get_write_buffer_size() + int.from_bytes(there, sys.byteorder)

    def _take_unread(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None
