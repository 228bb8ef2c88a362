"""What process 1 answers to the calls that the filter hands it, and what it says of them.

No answer has an effect outside of the sandbox: a call is refused, or returns a Unix socket such as the program may
make anyway, or goes on in a kernel that has no internet socket of this program to use it on. So the worst that a
program does by changing its memory while it is read is that its own record says something else than it meant.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import select
import signal
import socket
import struct
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Final, Protocol

from crucible.sandbox import kernel, lookups
from crucible.sandbox.attempts import OTHERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from crucible.sandbox.attempts import Attempts
    from crucible.sandbox.notification import Call
    from crucible.sandbox.wall import Known

_TEXT_BYTES: Final = 120
_ADDRESS_BYTES: Final = 128
_IPV4: Final = struct.Struct("=H2s4s")
_IPV6: Final = struct.Struct("=H2s4x16s")
_FAMILY: Final = struct.Struct("=H")
_LOW: Final = 0xFFFF_FFFF
_SOCKET_TYPE: Final = 0xF
_INTERNET: Final = frozenset({socket.AF_INET, socket.AF_INET6})
_STAND_INS: Final = frozenset({socket.SOCK_STREAM, socket.SOCK_DGRAM})
_UNREADABLE: Final = "an address that can't be read"
_FOREIGN: Final = "i386" if kernel.MACHINE == "x86_64" else "32-bit"


class Asked(Protocol):
    """What brings a call to process 1, and its answer back: a listener, or a tracer."""

    def refuse(self, call: Call, error: int) -> None:
        """Have the call fail with this errno."""

    def leave_to_kernel(self, call: Call) -> None:
        """Have the kernel go on with the call, whatever its arguments say by then."""

    def read_memory(self, call: Call, address: int, size: int) -> bytes:
        """Return what its maker has at an address: less where that ends, nothing where it can't be read."""


class Answers(ABC):
    """Answers calls and keeps what they were, however they come to process 1."""

    foreign: str | None = None
    """The calling convention of another architecture that the program used, and was killed for."""
    is_done = False
    """Whether nobody is left who could ask."""

    def __init__(self, known: dict[int, Known], asked: Asked, attempts: Attempts) -> None:
        self._known = known
        self._asked = asked
        self._attempts = attempts
        self._poll: select.poll | None = None
        self._lookups: dict[int, lookups.Lookup] = {}

    def watch(self, poll: select.poll) -> None:
        """Have `poll` return what `serve` is to be called for."""
        self._poll = poll
        poll.register(self.descriptor, select.POLLIN)

    def is_for(self, descriptor: int) -> bool:
        """Tell whether it is this one's to `serve` a descriptor."""
        return descriptor == self.descriptor or descriptor in self._lookups

    def serve(self, descriptor: int, event: int) -> None:
        """Answer what a watched descriptor has."""
        if descriptor == self.descriptor:
            self._serve(event)
        else:
            self._look_up(self._lookups[descriptor])

    def finish(self) -> None:
        """Note what can't be read any more; nobody may be left who calls."""
        for descriptor, lookup in self._lookups.items():
            if self._poll is not None:
                self._poll.unregister(descriptor)
            self._end_lookup(lookup)
        self._lookups.clear()

    @property
    @abstractmethod
    def descriptor(self) -> int:
        """What becomes readable where there is something to answer."""

    @abstractmethod
    def drain(self) -> None:
        """Answer what waits now, as far as it is no flood: its makers are about to die of something else."""

    @abstractmethod
    def _serve(self, event: int) -> None:
        """See to what `descriptor` has."""

    @abstractmethod
    def _stand_in(self, call: Call, kind: int) -> None:
        """Have the call return a Unix socket of this type and these flags, or fail."""

    @abstractmethod
    def _lead_to_name_server(self, call: Call) -> bool:
        """Have the call connect a stand-in to us, for `_take_up`; False where that can't be."""

    def _take_up(self, end: socket.socket) -> None:
        """Hear which names are asked for over a connection."""
        assert self._poll is not None  # noqa: S101 - nothing is asked before that
        lookup = lookups.Lookup(end)
        self._lookups[lookup.descriptor] = lookup
        self._poll.register(lookup.descriptor, select.POLLIN)

    def _answer(self, call: Call) -> None:
        """Answer a call that waits."""
        if call.is_foreign:
            self._end(call)
        elif (known := self._known[call.number]).address is not None:
            self._address(call, known)
        elif known.name == "socket":
            self._socket(call, known)
        else:
            self._note(call, known)
            self._asked.refuse(call, known.error)

    def _note(self, call: Call, known: Known) -> None:
        parts = [f"{name}={_SHOWN[kind](self, call, call.arguments[place])}" for name, place, kind in known.shown]
        self._attempts.note("system_call", known.name, " ".join(parts))

    def _end(self, call: Call) -> None:
        self.foreign = "x32" if call.number & kernel.X32_BIT else _FOREIGN
        self._attempts.note("system_call", f"{self.foreign} call", f"number={call.number & ~kernel.X32_BIT}")
        with contextlib.suppress(ProcessLookupError):
            os.kill(call.thread, signal.SIGKILL)
        self._asked.refuse(call, errno.ENOSYS)

    def _address(self, call: Call, known: Known) -> None:
        """Refuse the internet's addresses. Others are the kernel's to judge: they can meet only Unix sockets."""
        assert known.address is not None  # noqa: S101 - the caller looked
        pointer, length = (call.arguments[place] for place in known.address)
        raw = self._asked.read_memory(call, pointer, min(length & _LOW, _ADDRESS_BYTES))
        where = address(raw)
        asks_for_names = where == lookups.NAME_SERVER and known.name == "connect" and self._has_room
        if asks_for_names and self._lead_to_name_server(call):
            return
        if where is not None:
            self._attempts.note("connection", known.name, where)
        if where in {None, _UNREADABLE}:
            self._asked.leave_to_kernel(call)
        else:
            self._asked.refuse(call, known.error)

    @property
    def _has_room(self) -> bool:
        return self._poll is not None and len(self._lookups) < lookups.MOST_AT_ONCE

    def _end_lookup(self, lookup: lookups.Lookup) -> None:
        """Close it; who connected and asked for no name has tried to reach that address."""
        if not lookup.was_asked:
            self._note_name_server()
        lookup.close()

    def _note_name_server(self) -> None:
        self._attempts.note("connection", "connect", lookups.NAME_SERVER)

    def _look_up(self, lookup: lookups.Lookup) -> None:
        names, more = lookup.serve()
        for raw in names:
            name = raw.decode(errors="backslashreplace")
            plain = lookups.is_plain(name) and name != OTHERS
            self._attempts.note("connection", "lookup", name if plain else printable(raw))
        if not more:
            assert self._poll is not None  # noqa: S101 - it was registered there
            self._poll.unregister(lookup.descriptor)
            del self._lookups[lookup.descriptor]
            self._end_lookup(lookup)

    def _socket(self, call: Call, known: Known) -> None:
        """Refuse it; but give who asks for the internet a stand-in, so that it says whom it wants to reach."""
        family, kind, protocol = (argument & _LOW for argument in call.arguments[:3])
        if (family, kind & _SOCKET_TYPE, protocol) in known.unremarkable:
            self._asked.refuse(call, known.error)
            return
        self._note(call, known)
        if family not in _INTERNET or kind & _SOCKET_TYPE not in _STAND_INS:
            self._asked.refuse(call, known.error)
            return
        self._stand_in(call, kind & (_SOCKET_TYPE | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC))

    def text(self, call: Call, address: int) -> str:
        """Return, quoted and escaped, the text that an argument points to, as far as it is kept."""
        raw = self._asked.read_memory(call, address, _TEXT_BYTES)
        text, end, _ = raw.partition(b"\0")
        return printable(text) + ("" if end or len(raw) < _TEXT_BYTES else "…")


def printable(text: bytes) -> str:
    """Return bytes of a program's choosing as one quoted word that no terminal obeys."""
    quoted = json.dumps(text.decode(errors="backslashreplace"), ensure_ascii=False)
    return "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in quoted)


def address(raw: bytes) -> str | None:
    """Return whom an address of the internet names; None for a Unix socket's, or no address at all."""
    if len(raw) < _FAMILY.size:
        return _UNREADABLE
    (family,) = _FAMILY.unpack_from(raw)
    if family == socket.AF_INET and len(raw) >= _IPV4.size:
        _, port, host = _IPV4.unpack_from(raw)
        return f"{socket.inet_ntop(family, host)}:{int.from_bytes(port, 'big')}"
    if family == socket.AF_INET6 and len(raw) >= _IPV6.size:
        _, port, host = _IPV6.unpack_from(raw)
        return f"[{socket.inet_ntop(family, host)}]:{int.from_bytes(port, 'big')}"
    return None if family in {socket.AF_UNIX, socket.AF_UNSPEC} else _family(family)


def _family(number: int) -> str:
    try:
        return socket.AddressFamily(number).name
    except ValueError:
        return str(number)


def _socket_kind(number: int) -> str:
    try:
        return socket.SocketKind(number & _SOCKET_TYPE).name
    except ValueError:
        return str(number)


def _signed(number: int) -> int:
    number &= _LOW
    return number - (1 << 32) if number >> 31 else number


_SHOWN: Final[dict[str, Callable[[Answers, Call, int], object]]] = {
    "number": lambda _answers, _call, value: _signed(value),
    "hex": lambda _answers, _call, value: hex(value & _LOW),
    "text": Answers.text,
    "family": lambda _answers, _call, value: _family(value & _LOW),
    "socket": lambda _answers, _call, value: _socket_kind(value & _LOW),
}
