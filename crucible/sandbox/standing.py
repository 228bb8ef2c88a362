"""A sandbox that stands and waits for a program: every wall but the last is up, and nobody's code is inside."""

import asyncio
import contextlib
import json
import os
import signal
import socket
from typing import Any, Protocol

from crucible.sandbox import report
from crucible.sandbox.cgroup import Reading
from crucible.sandbox.slots import Slot

_BUILDING_SECONDS = 10.0
_CHUNK_BYTES = 256 * 1024


class SandboxBrokenError(Exception):
    """The sandbox could not be put in place, or broke its own protocol."""


class Counters(Protocol):
    """What says how much a sandbox has used."""

    def read(self) -> Reading:
        """Return the counters."""
        ...


class Hold(Protocol):
    """A hold on a sandbox, whatever made it: what a pool and a watcher need of one."""

    @property
    def group(self) -> Counters:
        """What says how much it has used."""
        ...

    @property
    def is_alive(self) -> bool:
        """Whether it can still be given a program."""
        ...

    async def receive(self) -> tuple[bytes, bytes]:
        """Return the next report's kind and content; an empty kind at the end. Raises SandboxBrokenError."""
        ...

    def ask_to_stop(self) -> None:
        """Have process 1 end the program, collect its files and report."""
        ...

    def kill(self) -> None:
        """Kill all of it."""
        ...


class Standing:
    """The executor's hold on one sandbox's processes, from their first breath. It takes one program, once."""

    def __init__(self, end: socket.socket, slot: Slot, process: int | None) -> None:
        """Hold it by our end of its report channel and a pidfd of what its end depends on, once that is known."""
        self.slot = slot
        self.group = slot.group
        self._socket = end
        self._process = process
        self._unread = bytearray()
        self._ended = False
        self._arrived = asyncio.Event()
        end.setblocking(False)
        asyncio.get_running_loop().add_reader(end.fileno(), self._read)  # of a socket, the loop would make a text
        self.about: dict[str, Any] = {}
        """What process 1 said of itself when it stood."""

    @property
    def is_alive(self) -> bool:
        """Whether it can still be given a program."""
        return self._process is not None and not self._ended

    async def stand(self, patience: float = _BUILDING_SECONDS) -> None:
        """Return when the sandbox stands. Raises SandboxBrokenError."""
        try:
            async with asyncio.timeout(patience):
                self.about = json.loads(await self.expect(report.READY))
        except TimeoutError:
            raise SandboxBrokenError(f"the sandbox did not stand within {patience:g} s") from None

    async def expect(self, due: bytes) -> bytes:
        """Return the content of the report that is due. Raises SandboxBrokenError where it is another."""
        kind, content = await self.receive()
        if kind != due:
            raise SandboxBrokenError(reason(kind, content))
        return content

    def give(self, work: int, streams: tuple[int, int, int]) -> None:
        """Hand over the program. Raises OSError where the sandbox is gone."""
        socket.send_fds(self._socket, [report.WORK], [work, *streams])

    async def receive(self) -> tuple[bytes, bytes]:
        """Return the next report's kind and content; an empty kind at the end, when all of it is gone."""
        head = await self._exactly(report.HEAD.size)
        if head is None:
            return b"", b""
        kind, length = report.HEAD.unpack(head)
        if length > report.MAXIMUM_BYTES:
            raise SandboxBrokenError(f"a report of {length} bytes")
        content = await self._exactly(length)
        return (b"", b"") if content is None else (kind, content)

    async def _exactly(self, size: int) -> bytes | None:
        """Return so many bytes, or None where the channel ends before."""
        while len(self._unread) < size:
            if self._ended:
                return None
            self._arrived.clear()
            await self._arrived.wait()
        content = bytes(self._unread[:size])
        del self._unread[:size]
        return content

    async def until_gone(self) -> None:
        """Return when nothing is left that holds the channel's other end."""
        while not self._ended:
            self._unread.clear()
            self._arrived.clear()
            await self._arrived.wait()

    def _read(self) -> None:
        try:
            part = self._socket.recv(_CHUNK_BYTES)
        except BlockingIOError:
            return
        except ConnectionError:
            part = b""
        self._unread += part
        if not part:
            self._ended = True
            asyncio.get_running_loop().remove_reader(self._socket.fileno())
        self._arrived.set()

    def ask_to_stop(self) -> None:
        """Have process 1 end the program, collect its files and report."""
        with contextlib.suppress(OSError):  # it is gone, which its channel says
            self._socket.send(report.STOP)

    def kill(self) -> None:
        """Kill process 1, and through the kernel all else."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._process, signal.SIGKILL)

    def let_go(self) -> None:
        """Close the hold. Whoever kills later must not find the descriptor: its number is another's by then."""
        self.kill()
        if not self._ended:
            self._ended = True
            asyncio.get_running_loop().remove_reader(self._socket.fileno())
            self._arrived.set()
        self._socket.close()
        if self._process is not None:
            os.close(self._process)
            self._process = None


def reason(kind: bytes, content: bytes) -> str:
    """Return, in words, why a report was not the one that was due."""
    if kind == report.BROKEN:
        said: Any = json.loads(content).get("error")
        return str(said)
    return "the sandbox's processes ended before it stood" if kind == b"" else f"an unexpected report {kind!r}"
