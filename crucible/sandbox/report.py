"""What a sandbox's own processes tell the executor, over a socket that the program never holds.

A report is one byte of kind, four of length, and its content. The executor answers with single bytes.
"""

from __future__ import annotations

import json
import os
import struct
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
ENDED_ORDINARILY: Final = b"O"
"""The same of a program whose run was ordinary, as the kernel has it; content: see `OrdinaryEnd`."""
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
MAXIMUM_BYTES: Final = 64 * 1024 * 1024


class Channel(Protocol):
    """What reports are written to: a socket, or what can write as one."""

    def sendall(self, content: bytes, /) -> None:
        """Write all of it."""
        ...


ORDINARY_END: Final = struct.Struct("=4qqq15Q")
"""When it began and when it ended, in seconds and nanoseconds of the monotonic clock; its wait status; whether the
kernel still takes its processes apart; and what statfs(2) says of its workspace."""
_FREE, _FILES, _FREE_FILES = 4, 5, 6
"""Of statfs, which of its words these are: free blocks, files that there can be, and free ones."""


def encoded(kind: bytes, content: dict[str, Any]) -> bytes:
    """Return a report as it is sent."""
    body = json.dumps(content).encode()
    return HEAD.pack(kind, len(body)) + body


def ordinary_end(content: bytes) -> dict[str, Any]:
    """Return what an `ENDED_ORDINARILY` says, as the content of an `ENDED`. Raises struct.error."""
    began, began_part, ended, ended_part, status, ending, *space = ORDINARY_END.unpack(content)
    return {
        "step": "run",
        "code": os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
        "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
        "stopped": False,
        "ending": bool(ending),
        "foreign_call": None,
        "wall_seconds": ended - began + (ended_part - began_part) / 1e9,
        "disk_full": space[_FREE] == 0 or (space[_FILES] > 0 and space[_FREE_FILES] == 0),
        "files_truncated": False,
    }


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
