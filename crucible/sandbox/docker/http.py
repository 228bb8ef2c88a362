"""HTTP/1.1 over a Unix socket, as far as a container engine's API goes: requests, endless answers, upgrades.

Each request has a connection of its own. A connection to a local socket costs some fifty microseconds, and none
that an engine left half-open can then spoil the next request. Answers are bounded: an engine that is not what it
seems must not fill the executor's memory.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

_MAXIMUM_HEAD_BYTES = 64 * 1024
_MAXIMUM_ANSWER_BYTES = 8 * 1024 * 1024
_CHUNK_BYTES = 256 * 1024
_REFUSED = 300
_UPGRADED = 101
_OK = 200


class EngineUnreachableError(OSError):
    """Nothing answers on the socket, or what answers went away or speaks something else."""


class EngineRefusedError(OSError):
    """The engine answered with an error."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Connection:
    """One connection, whose answer's head has been read."""

    status: int
    headers: Mapping[str, str]
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """What is asked."""

    method: str
    target: str
    query: Mapping[str, str] | None = None
    body: bytes | AsyncIterator[bytes] = b""
    """Whole, or in parts whose number and sizes nobody knows yet."""
    upgrade: bool = False

    def head(self) -> bytes:
        """Return all that comes before the body."""
        where = f"{self.target}?{urlencode(self.query)}" if self.query else self.target
        lines = [f"{self.method} {where} HTTP/1.1", "Host: engine"]
        if isinstance(self.body, bytes):
            lines += ["Content-Type: application/json", f"Content-Length: {len(self.body)}"]
        else:
            lines += ["Content-Type: application/x-tar", "Transfer-Encoding: chunked"]
        lines += ["Connection: Upgrade", "Upgrade: tcp"] if self.upgrade else ["Connection: close"]
        return "\r\n".join([*lines, "", ""]).encode()

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the body as it goes over the wire."""
        if isinstance(self.body, bytes):
            yield self.body
            return
        async for part in self.body:
            yield b"%x\r\n%b\r\n" % (len(part), part)
        yield b"0\r\n\r\n"


class Socket:
    """Where an engine listens."""

    def __init__(self, path: str) -> None:
        self.path = path

    async def request(
        self,
        method: str,
        target: str,
        query: Mapping[str, str] | None = None,
        content: Any = None,
        *,
        seconds: float,
    ) -> Any:
        """Return the answer's JSON, None where it has none. Raises EngineRefusedError, EngineUnreachableError."""
        body = b"" if content is None else json.dumps(content).encode()
        answer = await self._ask(_Request(method=method, target=target, query=query, body=body), seconds)
        return _read_json(answer) if answer else None

    async def headers(self, target: str, *, seconds: float) -> Mapping[str, str]:
        """Return an answer's headers, by their names in small letters. Raises as `request`."""
        connection = await self._open(_Request(method="GET", target=target), seconds)
        try:
            await _raise_refusal(connection)
            return connection.headers
        finally:
            connection.writer.close()

    async def send(
        self, target: str, query: Mapping[str, str], body: AsyncIterator[bytes], *, seconds: float
    ) -> list[Any]:
        """Post bytes of unknown length; return the answer's JSON lines. Raises as `request`."""
        answer = await self._ask(_Request(method="POST", target=target, query=query, body=body), seconds)
        return [_read_json(line) for line in answer.splitlines() if line.strip()]

    async def follow(
        self, target: str, query: Mapping[str, str], begun: asyncio.Event, *, seconds: float
    ) -> AsyncGenerator[Any]:
        """Yield the JSON lines of an answer without an end, until there is one.

        `seconds` bound its beginning, at which `begun` is set.
        """
        connection = await self._open(_Request(method="GET", target=target, query=query), seconds)
        try:
            await _raise_refusal(connection)
            begun.set()
            rest = b""
            async for part in _parts(connection):
                *lines, rest = (rest + part).split(b"\n")
                for line in filter(None, lines):
                    yield _read_json(line)
                if len(rest) > _MAXIMUM_ANSWER_BYTES:
                    raise EngineUnreachableError("the engine sent a line without an end")
        finally:
            connection.writer.close()

    async def upgrade(
        self, target: str, query: Mapping[str, str], *, seconds: float
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Post, and return the connection to be used as a plain stream. Raises as `request`."""
        request = _Request(method="POST", target=target, query=query, upgrade=True)
        connection = await self._open(request, seconds)
        if connection.status not in {_UPGRADED, _OK}:
            try:
                await _raise_refusal(connection)
            finally:
                connection.writer.close()
        return connection.reader, connection.writer

    async def _ask(self, request: _Request, seconds: float) -> bytes:
        try:
            async with asyncio.timeout(seconds):
                connection = await self._open(request, seconds)
                try:
                    await _raise_refusal(connection)
                    return await _read_all(connection)
                finally:
                    connection.writer.close()
        except TimeoutError:
            raise EngineUnreachableError(
                f"the engine on {self.path} did not answer {request.method} {request.target} within {seconds:g} s"
            ) from None

    async def _open(self, request: _Request, seconds: float) -> Connection:
        """Send a request and return the connection with the answer's head read."""
        writer: asyncio.StreamWriter | None = None
        try:
            async with asyncio.timeout(seconds):
                reader, writer = await asyncio.open_unix_connection(self.path, limit=_MAXIMUM_HEAD_BYTES)
                writer.write(request.head())
                async for part in request.chunks():
                    writer.write(part)
                    await writer.drain()
                return Connection(*_parse_head(await reader.readuntil(b"\r\n\r\n")), reader, writer)
        except BaseException as error:
            if writer is not None:
                writer.close()
            if isinstance(error, TimeoutError):
                raise EngineUnreachableError(
                    f"the engine on {self.path} did not answer within {seconds:g} s"
                ) from None
            if isinstance(error, _BROKEN):
                raise EngineUnreachableError(
                    getattr(error, "errno", None), f"the engine on {self.path} is not there, or speaks no HTTP"
                ) from error
            if isinstance(error, OSError):
                raise EngineUnreachableError(error.errno, f"{self.path}: {error.strerror}") from error
            raise


_BROKEN = (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError, ValueError)


def _parse_head(head: bytes) -> tuple[int, Mapping[str, str]]:
    first, *lines = head.decode("latin-1").split("\r\n")
    protocol, status, *_ = first.split(" ", 2)
    if not protocol.startswith("HTTP/1."):
        raise ValueError(protocol)
    pairs = (line.partition(":") for line in lines if line)
    return int(status), {name.strip().lower(): value.strip() for name, _, value in pairs}


async def _raise_refusal(connection: Connection) -> None:
    if connection.status < _REFUSED:
        return
    answer = await _read_all(connection)
    try:
        message = str(_read_json(answer)["message"])
    except (EngineUnreachableError, LookupError, TypeError):
        message = answer[:1000].decode(errors="replace")
    raise EngineRefusedError(connection.status, message.strip() or f"the engine answered {connection.status}")


def _read_json(text: bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise EngineUnreachableError(f"the engine answered what is no JSON: {error}") from error


async def _read_all(connection: Connection) -> bytes:
    answer = bytearray()
    async for part in _parts(connection):
        answer += part
        if len(answer) > _MAXIMUM_ANSWER_BYTES:
            raise EngineUnreachableError(f"the engine's answer is larger than {_MAXIMUM_ANSWER_BYTES} bytes")
    return bytes(answer)


async def _parts(connection: Connection) -> AsyncIterator[bytes]:
    """Yield an answer's body as it comes."""
    reader, headers = connection.reader, connection.headers
    try:
        if headers.get("transfer-encoding", "").lower() == "chunked":
            while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
                if size > _MAXIMUM_ANSWER_BYTES:
                    raise EngineUnreachableError(f"the engine sent a chunk of {size} bytes")
                yield await reader.readexactly(size)
                await reader.readexactly(2)
        elif "content-length" in headers:
            missing = int(headers["content-length"])
            while missing > 0 and (part := await reader.read(min(missing, _CHUNK_BYTES))):
                missing -= len(part)
                yield part
            if missing > 0:
                raise EngineUnreachableError("the engine's answer broke off")
        elif connection.status not in {204, 304}:
            while part := await reader.read(_CHUNK_BYTES):
                yield part
    except _BROKEN as error:
        raise EngineUnreachableError("the engine's answer broke off") from error
