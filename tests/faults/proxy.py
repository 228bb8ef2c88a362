"""A proxy before PostgreSQL that cuts a connection, or answers itself, at a given exchange.

It knows as much of the protocol as it takes to tell where an exchange begins and ends
(https://www.postgresql.org/docs/15/protocol-message-formats.html): a client's messages are held until one of them
asks for an answer, and the server's are passed on until it says that it is ready.
"""

import asyncio
import struct
from asyncio import StreamReader, StreamWriter
from types import TracebackType
from typing import Self

from tests.faults.failures import Failures, How

_ASK = {b"Q", b"S", b"c"}
"""A query, a Sync, and the end of what is copied in."""
_PASSED_ON = {b"p", b"H", b"d", b"f", b"X"}
"""A password, a Flush, what is copied in or broken off, and a farewell."""
_READY = b"Z"
_COPY_IN = b"G"
_IN_TRANSACTION = b"T"


class Proxy:
    """Listens on a port of its own, while `async with` lasts."""

    def __init__(self, host: str, port: int, failures: Failures) -> None:
        self._target = host, port
        self._failures = failures
        self._links: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._begin, "127.0.0.1", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._server.close()
        for link in self._links:
            link.cancel()
        await asyncio.gather(*self._links, return_exceptions=True)

    async def _begin(self, reader: StreamReader, writer: StreamWriter) -> None:
        link = asyncio.create_task(_Link(self._failures, reader, writer).last(*self._target))
        self._links.add(link)
        link.add_done_callback(self._links.discard)


class _Link:
    """One connection through it."""

    def __init__(self, failures: Failures, reader: StreamReader, writer: StreamWriter) -> None:
        self._failures = failures
        self._client, self._to_client = reader, writer
        self._is_ready = asyncio.Event()
        self._is_silent = False
        self._state = b"I"

    async def last(self, host: str, port: int) -> None:
        """Pass on what both sides say until one of them, or we, end it."""
        self._server, self._to_server = await asyncio.open_connection(host, port)
        ways = [asyncio.create_task(self._up()), asyncio.create_task(self._down())]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            self._to_server.transport.abort()
            self._to_client.close()

    async def _up(self) -> None:
        length = await self._client.readexactly(4)
        self._to_server.write(length + await self._client.readexactly(_size(length)))
        held = b""
        while True:
            kind, message = await _message(self._client)
            held += message
            if kind in _ASK:
                how = self._failures.next()
                if how is None:
                    self._to_server.write(held)
                elif not await self._fail(how, kind, held):
                    return
            elif kind in _PASSED_ON:
                self._to_server.write(held)
            else:
                continue
            held = b""

    async def _fail(self, how: How, kind: bytes, held: bytes) -> bool:
        """Have an exchange go wrong; False where the connection ends by that."""
        if how is How.LOST:
            return False
        if how is How.EXPELLED:
            self._to_client.write(_error(b"FATAL", b"25P03"))
            await self._to_client.drain()
            return False
        was, self._is_silent = self._state, True
        self._is_ready.clear()
        if how is How.UNANSWERED:
            self._to_server.write(held)
            await self._is_ready.wait()
            return False
        if kind == b"c":
            self._to_server.write(_made(b"f", b"\0"))
            await self._is_ready.wait()
            self._is_ready.clear()
        self._to_server.write(_made(b"Q", b"ROLLBACK\0"))
        await self._is_ready.wait()
        self._is_silent = False
        failed = b"E" if was == _IN_TRANSACTION and b"COMMIT" not in held else b"I"
        self._to_client.write(_error(b"ERROR", b"40P01") + _made(_READY, failed))
        return True

    async def _down(self) -> None:
        while True:
            kind, message = await _message(self._server)
            if not self._is_silent:
                self._to_client.write(message)
            if kind == _READY:
                self._state = message[-1:]
            if kind in {_READY, _COPY_IN}:
                self._is_ready.set()


async def _message(reader: StreamReader) -> tuple[bytes, bytes]:
    kind, length = await reader.readexactly(1), await reader.readexactly(4)
    return kind, kind + length + await reader.readexactly(_size(length))


def _size(length: bytes) -> int:
    (size,) = struct.unpack("!I", length)
    return int(size) - 4


def _made(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!I", len(body) + 4) + body


def _error(severity: bytes, state: bytes) -> bytes:
    fields = ((b"S", severity), (b"V", severity), (b"C", state), (b"M", b"it went wrong, as it was told to"))
    return _made(b"E", b"".join(code + value + b"\0" for code, value in fields) + b"\0")
