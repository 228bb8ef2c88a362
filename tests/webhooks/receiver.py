"""A receiver on the loopback: notes every request, and answers what it is told to."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

OK = b"HTTP/1.1 204 No Content\r\n\r\n"


@dataclass
class Received:
    line: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """What came, and what is answered: the first of `answers` that is left, or the last."""

    answers: list[bytes] = field(default_factory=lambda: [OK])
    received: list[Received] = field(default_factory=list)
    port: int = 0
    holds: asyncio.Event | None = None
    """Where it is there, nothing is answered before it is set."""
    came: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?team=a"

    async def has(self, count: int) -> list[Received]:
        """Wait until so many came."""
        async with self.came:
            await self.came.wait_for(lambda: len(self.received) >= count)
        return self.received

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            line, *rest = head.rstrip().split("\r\n")
            headers = {name.lower(): value for name, value in (each.split(": ", 1) for each in rest)}
            body = await reader.readexactly(int(headers["content-length"]))
            async with self.came:
                self.received.append(Received(line, headers, body))
                self.came.notify_all()
            if self.holds:
                await self.holds.wait()
            writer.write(self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the sender went away, which some tests are about
        finally:
            writer.close()


@asynccontextmanager
async def receiver(*answers: bytes, tls: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    made = Receiver(list(answers) or [OK])
    server = await asyncio.start_server(made.take, "127.0.0.1", 0, ssl=tls)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        if made.holds:
            made.holds.set()
        server.close()
        await server.wait_closed()
