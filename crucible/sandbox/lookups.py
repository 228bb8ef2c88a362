"""The name server of a sandbox: it knows no name, and remembers which were asked for.

Without one, whoever looks up a name gives up before it makes a single system call that could be seen, and most
programs name whom they want to reach. So `etc/resolv.conf` points at an address at which nobody listens, over
TCP, and whoever connects to it gets a Unix stream to process 1 in the place of its socket (see `answers`).

The format is that of RFC 1035, sections 4.1 and 4.2.2. Questions come from a hostile program.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import socket

NAME_SERVER: Final = "127.0.0.1:53"
MOST_AT_ONCE: Final = 16

_LENGTH: Final = struct.Struct(">H")
_HEAD: Final = struct.Struct(">HHHHHH")
_LONGEST_QUESTION: Final = 512
_LONGEST_NAME: Final = 255
_NO_SUCH_NAME: Final = 0x8183
"""An answer, to a question that wanted recursion, from a server that has it: there is no such name."""
_PLAIN: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-")


class Lookup:
    """One connection to the name server."""

    def __init__(self, end: socket.socket) -> None:
        end.setblocking(False)
        self._end = end
        self._unread = b""
        self.was_asked = False
        """Whether a name was asked for."""

    @property
    def descriptor(self) -> int:
        """What becomes readable when something was asked."""
        return self._end.fileno()

    def serve(self) -> tuple[list[bytes], bool]:
        """Answer what was asked; return the names, and whether more may come."""
        names: list[bytes] = []
        try:
            data = self._end.recv(_LONGEST_QUESTION)
            self._unread += data
            while (question := self._next()) is not None:
                names.append(name_in(question))
                self.was_asked = True
                reply = _reply(question)
                self._end.sendall(_LENGTH.pack(len(reply)) + reply)
        except (OSError, ValueError):
            return names, False  # it asks for no name, doesn't listen, or has gone
        return names, bool(data)

    def close(self) -> None:
        """End the connection."""
        self._end.close()

    def _next(self) -> bytes | None:
        """Take the next whole question from what was read. Raises ValueError where it is longer than one is."""
        if len(self._unread) < _LENGTH.size:
            return None
        (length,) = _LENGTH.unpack_from(self._unread)
        if length > _LONGEST_QUESTION:
            raise ValueError(f"a question of {length} bytes")
        if len(self._unread) < _LENGTH.size + length:
            return None
        question, self._unread = self._unread[_LENGTH.size :][:length], self._unread[_LENGTH.size + length :]
        return question


def name_in(question: bytes) -> bytes:
    """Return the name that is asked for. Raises ValueError where none is."""
    labels, place = [], _HEAD.size
    while place < len(question) and (size := question[place]):
        labels.append(question[place + 1 : place + 1 + size])
        place += 1 + size
    name = b".".join(labels)
    if place >= len(question) or not name or len(name) > _LONGEST_NAME:
        raise ValueError("no name")
    return name


def is_plain(name: str) -> bool:
    """Whether it is made of what names of hosts are made of."""
    return _PLAIN.issuperset(name)


def _reply(question: bytes) -> bytes:
    identifier, *_ = _HEAD.unpack_from(question)
    end = question.index(b"\0", _HEAD.size) + 1 + 4  # the name, its type and class
    return _HEAD.pack(identifier, _NO_SUCH_NAME, 1, 0, 0, 0) + question[_HEAD.size : end]
