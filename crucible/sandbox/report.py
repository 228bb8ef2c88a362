"""What a sandbox's own processes tell the executor, over a socket that the program never holds.

A report is one byte of kind, four of length, and its content. The executor answers with single bytes.
"""

from __future__ import annotations

import json
import struct
import time
from typing import Any, Final, Protocol

HEAD = struct.Struct(">cI")

HELLO: Final = b"H"
"""The process that a container depends on exists and waits; content: its process id."""
READY: Final = b"R"
"""The sandbox stands and waits for a program."""
STARTED: Final = b"S"
"""The program is about to be executed."""
ATTEMPT: Final = b"A"
"""The program tried something and was refused; content: what, and how often until now."""
PROGRESS: Final = b"P"
"""How far the program says that it has come."""
FILE: Final = b"F"
"""A collected file: two bytes of path length, path, bytes."""
COUNT: Final = b"C"
"""How many processes and threads the program has, where the host can't count them."""
ENDED: Final = b"E"
"""Nothing of the program is left; content: how it ended."""
BROKEN: Final = b"X"
"""A layer could not be put in place, so nothing was run; content: which, and why."""

GO: Final = b"G"
"""To who said hello: you are held, go on."""
WORK: Final = b"W"
"""To process 1: here is a program; with it come descriptors of the work and of the three standard streams."""
STOP: Final = b"K"
"""To process 1: end the program and report."""

_AT_ONCE_BYTES: Final = 16 * 1024
"""What is copied together, so that it is one message that somebody is woken for."""
_UNHURRIED_SECONDS: Final = 0.003
"""A poll, which counts whole milliseconds, waits for two."""
MAXIMUM_BYTES: Final = 64 * 1024 * 1024


class Channel(Protocol):
    """What reports are written to: a socket, or what can write as one."""

    def sendall(self, content: bytes, /) -> None:
        """Write all of it."""
        ...


class Unhurried:
    """A channel whose first content waits some milliseconds for what follows it, so that both are one message.

    What is told of a program's start would wake two processes, just when it needs the processors itself, and an
    empty one has ended before they have taken note.
    """

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._waiting: bytes | None = None
        self._due = 0.0

    def sendall(self, content: bytes, /) -> None:
        """Write it, after what waits; or keep it, where it is the first."""
        if self._waiting is None:
            self._waiting, self._due = content, time.monotonic() + _UNHURRIED_SECONDS
            return
        content, self._waiting = self._waiting + content, b""
        self._channel.sendall(content)

    def patience(self, milliseconds: int | None) -> int | None:
        """Write what has waited long enough; return for how long to poll, at the most that long."""
        if not self._waiting:
            return milliseconds
        left = int((self._due - time.monotonic()) * 1000)
        if left > 0:
            return left if milliseconds is None else min(left, milliseconds)
        self.sendall(b"")
        return milliseconds


def send(channel: Channel, kind: bytes, content: dict[str, Any]) -> None:
    """Send a report."""
    send_bytes(channel, kind, json.dumps(content).encode())


def send_bytes(channel: Channel, kind: bytes, *content: bytes) -> None:
    """Send a report whose content is bytes."""
    length = sum(map(len, content))
    head = HEAD.pack(kind, length)
    if length <= _AT_ONCE_BYTES:
        channel.sendall(b"".join((head, *content)))
        return
    channel.sendall(head)
    for part in content:
        channel.sendall(part)
