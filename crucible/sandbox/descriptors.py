"""What Python lacks for descriptors: to write all of something, and to send them over a socket (before 3.9)."""

from __future__ import annotations

import array
import os
import socket


def write_all(descriptor: int, content: bytes) -> None:
    """Write all of it, waiting where there is no room. Raises OSError."""
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]


def send(channel: socket.socket, message: bytes, descriptors: list[int]) -> int:
    """Send bytes together with descriptors; return how many bytes there was room for, as the descriptors had."""
    rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))
    return channel.sendmsg([message], [rights] if descriptors else [])


def receive(channel: socket.socket, size: int, most: int) -> tuple[bytes, list[int]]:
    """Return at most so many bytes and the descriptors that came with them, which no program inherits."""
    descriptors = array.array("i")
    room = socket.CMSG_SPACE(most * descriptors.itemsize)
    message, ancillary, _, _ = channel.recvmsg(size, room, socket.MSG_CMSG_CLOEXEC)
    for level, kind, content in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            descriptors.frombytes(content[: len(content) - len(content) % descriptors.itemsize])
    return message, list(descriptors)
