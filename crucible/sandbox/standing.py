"""A sandbox that stands and waits for a program: every wall but the last is up, and nobody's code is inside."""

import asyncio
import contextlib
import json
import os
import signal
import socket
from typing import Any, Protocol

from crucible.sandbox import report
from crucible.sandbox.cgroup import Cgroup, Reading

_BUILDING_SECONDS = 10.0


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

    def __init__(
        self,
        end: socket.socket,
        channel: asyncio.StreamReader,
        answers: asyncio.StreamWriter,
        group: Cgroup,
        slot: int,
        *,
        process: int | None,
    ) -> None:
        """`process` is a pidfd of what the end of all of it depends on: None until it is known."""
        self.group = group
        self.slot = slot
        """Which range of uids is its."""
        self._socket = end
        self._channel = channel
        self._answers = answers
        self._process = process
        self.about: dict[str, Any] = {}
        """What process 1 said of itself when it stood."""

    @property
    def is_alive(self) -> bool:
        """Whether it can still be given a program."""
        return self._process is not None and not self._channel.at_eof()

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
        try:
            kind, length = report.HEAD.unpack(await self._channel.readexactly(report.HEAD.size))
            if length > report.MAXIMUM_BYTES:
                raise SandboxBrokenError(f"a report of {length} bytes")
            return kind, await self._channel.readexactly(length)
        except (asyncio.IncompleteReadError, ConnectionError):
            return b"", b""

    def ask_to_stop(self) -> None:
        """Have process 1 end the program, collect its files and report."""
        self._answers.write(report.STOP)

    def kill(self) -> None:
        """Kill process 1, and through the kernel all else."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._process, signal.SIGKILL)

    def let_go(self) -> None:
        """Close the hold. Whoever kills later must not find the descriptor: its number is another's by then."""
        self.kill()
        self._answers.close()
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
