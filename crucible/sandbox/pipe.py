"""The reading end of a pipe that a program writes to, without a transport and its buffers between."""

import asyncio
import os


class Pipe:
    """Reads one descriptor, which it closes. Nothing is taken out of the pipe before somebody asks for it."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._waiting: asyncio.Future[None] | None = None
        self._is_complete = False
        os.set_blocking(descriptor, False)

    async def read(self, most: int) -> bytes:
        """Return what is there, waiting until something is; nothing at the end."""
        while True:
            try:
                return os.read(self._descriptor, most)
            except BlockingIOError:
                if self._is_complete:
                    return b""
                await self._until_readable()

    def read_what_waits(self, most: int) -> bytes:
        """Return what is there now, which may be nothing."""
        try:
            return os.read(self._descriptor, most) if most > 0 else b""
        except BlockingIOError:
            return b""

    def complete(self) -> None:
        """Say that nobody writes any more, whoever holds the other end: what is there is all there is."""
        self._is_complete = True
        if self._waiting is not None:
            _wake(self._waiting)

    def close(self) -> None:
        """Let go of it, if that was not done."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    async def _until_readable(self) -> None:
        loop = asyncio.get_running_loop()
        self._waiting = loop.create_future()
        loop.add_reader(self._descriptor, _wake, self._waiting)
        try:
            await self._waiting
        finally:
            self._waiting = None
            loop.remove_reader(self._descriptor)


def _wake(readable: "asyncio.Future[None]") -> None:
    if not readable.done():
        readable.set_result(None)
