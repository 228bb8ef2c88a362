"""Messages with descriptors, as the C library takes them from memory."""

from __future__ import annotations

import socket
import struct
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from crucible.sandbox.tape import Place, Tape

_HEADER: Final = struct.Struct("=7Q")
"""`struct msghdr`, in which what is shorter than a word is followed by zeros."""
_VECTOR: Final = struct.Struct("=QQ")
_RIGHTS: Final = struct.Struct("=Qii")
_DESCRIPTOR_BYTES: Final = 4


class Message:
    """One message that is sent or received, and always with so many descriptors."""

    def __init__(self, tape: Tape, size: int, *, descriptors: int) -> None:
        """`size`: of what is received."""
        self._tape = tape
        self._rights = _RIGHTS.pack(
            _RIGHTS.size + _DESCRIPTOR_BYTES * descriptors, socket.SOL_SOCKET, socket.SCM_RIGHTS
        )
        control = _RIGHTS.size + -(-_DESCRIPTOR_BYTES * descriptors // 8) * 8
        self.length = tape.room(8)
        self.header = tape.room(_HEADER.size)
        self._usual = tape.room(_HEADER.size)
        self.vectors = tape.room(2 * _VECTOR.size)
        self._control = tape.room(control + 8, self._rights)
        self._control_bytes = control
        self.content = tape.room(size)
        self.have((int(self.content), size))

    def have(self, *parts: tuple[int, int]) -> None:
        """Have it consist of these: where each lies, and how long it is."""
        self._tape.write(self.vectors, b"".join(_VECTOR.pack(*part) for part in parts))
        header = _HEADER.pack(0, 0, self.vectors, len(parts), self._control, self._control_bytes, 0)
        self._tape.write(self._usual, header)
        self._tape.write(self.header, header)

    def length_of(self, part: int) -> Place:
        """Return where it is said how long a part is."""
        return self.vectors.at(_VECTOR.size * part + 8)

    def descriptor(self, number: int) -> Place:
        """Return where the descriptor lies that comes or goes with it, as what C calls an int."""
        return self._control.at(_RIGHTS.size + _DESCRIPTOR_BYTES * number)

    def received(self) -> list[int]:
        """Return the descriptors that came with it."""
        length, level, kind = _RIGHTS.unpack(self._tape.read(self._control, _RIGHTS.size))
        if (level, kind) != (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            return []
        numbers = (length - _RIGHTS.size) // _DESCRIPTOR_BYTES
        return [self._tape.get(self.descriptor(number)) for number in range(numbers)]

    def renew(self) -> None:
        """Write down that it is as if none had been received."""
        self._tape.call("memcpy", int(self.header), int(self._usual), _HEADER.size)
        self._tape.call("memset", int(self._control), 0, self._control_bytes)

    def check(self, begins: bytes, *, otherwise: str) -> None:
        """Write down that the tape goes on elsewhere where it begins otherwise, or has other descriptors."""
        if begins:
            self._tape.unless(self.content, begins, otherwise)
        self._tape.unless(self._control, self._rights, otherwise)
