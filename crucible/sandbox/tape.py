"""Calls of the C library that are made one after the other without an interpreter between them.

A process that was just forked copies each page that it writes to, and an interpreter writes to hundreds, whatever
it does. So what a sandbox's processes do in the ordinary course of things is written down before they are forked,
as a *tape*: which function, with which words, where its result goes, and which call is next. Forks are calls like
others, so one tape is played by several processes, each its own part. Where something isn't ordinary a tape ends,
and whoever plays it is back in Python and knows where it ended.

What plays a tape is the only machine code of ours: a loop of some forty instructions, which decides nothing. Its
source stands beside this file (`play.x86_64.s`, `play.aarch64.s`), and a test assembles it.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import struct
from typing import TYPE_CHECKING, Any, Final

from crucible.sandbox import kernel

if TYPE_CHECKING:
    from collections.abc import Iterable

    Argument = int | bytes | None | Any
    """Of a call: a number, a place whose word it is, text whose address it is (None: C's NULL), or of ctypes."""
    Label = str | None
    """Which call is next; None where the tape ends at the call itself, which failed."""

CODE: Final = {
    "x86_64": """
        f30f1efa 53 4889fb 4c8b1b 4d85db 7469 488b4308 488b38 488b4310 488b30 488b4318 488b10 488b4320 488b08
        488b4328 4c8b00 488b4330 4c8b08 488b4338 50 ff30 31c0 41ffd3 4883c410 488b4b40 488901 b958000000 85c0
        740c 83f8ff 750c b948000000 eb05 b950000000 488b040b 4885c0 7405 4889c3 eb8f 4889d8 5b c3
    """,
    "aarch64": """
        5f2403d5fd7bbea9fd030091f30b00f9f30300aa700240f9500300b4608640a9628e41a9649642a9661e40f9000040f9
        210040f9420040f9630040f9840040f9a50040f9c60040f900023fd6612240f9200000f9010b80d2020a80d21f000071
        4100819a020980d21f0400314100819a606a61f8600000b4f30300aae6ffff17e00313aaf30b40f9fd7bc2a8c0035fd6
    """,
}
"""The sources that stand beside this file, assembled."""
_CALL: Final = struct.Struct("=12Q")
"""Function; where its seven arguments lie, and where its result goes; which call is next where that is -1, 0, or
anything else, as far as the lower half of it says. A function of 0 is an end of the tape."""
_ARGUMENTS: Final = 7
_WORD: Final = struct.Struct("=Q")
_WORD_MASK: Final = 0xFFFF_FFFF_FFFF_FFFF
NEXT: Final = ""
"""In place of a label: the call that follows."""

_libc = ctypes.PyDLL(None, use_errno=True)
_libc.mmap.restype = ctypes.c_void_p
_libc.mmap.argtypes = (
    ctypes.c_void_p,
    ctypes.c_size_t,
    ctypes.c_int,
    ctypes.c_int,
    ctypes.c_int,
    ctypes.c_long,
)


class Place(int):
    """The address of a part of a tape's memory. As an argument of a call it stands for the word that lies there.

    An `int` as an argument is that number, so an address itself is given as `int(place)`.
    """

    def at(self, offset: int) -> Place:
        """Return the place so many bytes further on."""
        return Place(self + offset)


class TapeCall:
    """One call, as long as labels are names."""

    def __init__(self, words: list[int], result: int, labels: tuple[Label, Label, Label], about: str) -> None:
        self.words = words
        self.result = result
        self.labels = labels
        self.about = about


class Tape:
    """Write calls down, `finish`, then `play` as often as wanted. Its memory is private to each process."""

    def __init__(self, room_bytes: int) -> None:
        """`room_bytes`: how much `room` can be given of."""
        private = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
        self._room = mmap.mmap(-1, room_bytes, flags=private)
        self._room_begins = ctypes.addressof(ctypes.c_char.from_buffer(self._room))
        self._used = 0
        self._kept: list[Any] = []
        self._constants: dict[int, int] = {}
        self._calls: list[TapeCall] = []
        self._labels: dict[str, int] = {}
        self._begins = 0
        self._ignored = self.room(8)

    def room(self, size: int, content: bytes = b"") -> Place:
        """Return where there are so many bytes of memory, zeros behind the content."""
        start = self._used
        self._used = start + -(-size // 8) * 8
        if self._used > len(self._room):
            raise ValueError(f"a tape has room for {len(self._room)} bytes")
        self._room[start : start + len(content)] = content
        return Place(self._room_begins + start)

    def write(self, place: Place, content: bytes) -> None:
        """Write into a room."""
        start = place - self._room_begins
        self._room[start : start + len(content)] = content

    def set(self, place: Place, value: int) -> None:
        """Have a word be this number."""
        _WORD.pack_into(self._room, place - self._room_begins, value & _WORD_MASK)

    def get(self, place: Place) -> int:
        """Return the number that C calls an int, of a word."""
        return int.from_bytes(self.read(place, 4), "little", signed=True)

    def read(self, place: Place, size: int) -> bytes:
        """Return what lies there."""
        start = place - self._room_begins
        return self._room[start : start + size]

    def label(self, name: str) -> None:
        """Name the call that comes next."""
        self._labels[name] = len(self._calls)

    def end(self, label: str) -> None:
        """Have the tape end here, under this name."""
        self.label(label)
        self._calls.append(TapeCall([], self._ignored, (None, None, None), label))

    def call(
        self,
        function: str,
        *arguments: Argument,
        about: str = "",
        **how: Any,
    ) -> None:
        """Write a call of the C library down.

        `about`: what an error says it was for. `result`: where what it returns is kept. `failed`, `zero`, `then`:
        which call is next where that is -1, 0, or anything else.
        """
        self._add(getattr(_libc, function), arguments, about or function, **how)

    def syscall(self, number: int, *arguments: Argument, **how: Any) -> None:
        """Write a system call down: see `call`."""
        self.call("syscall", number, *arguments, **how)

    def add(self, calls: Iterable[kernel.Call], **how: Any) -> None:
        """Write calls down as `kernel` has them: see `call`. The tape ends at the first that fails."""
        for function, arguments, about in calls:
            self._add(function, arguments, f"{function.__name__}({about})", **how)

    def _add(
        self,
        function: Any,
        arguments: tuple[Argument, ...],
        about: str,
        *,
        result: Place | None = None,
        failed: Label = None,
        zero: Label = NEXT,
        then: Label = NEXT,
    ) -> None:
        address = ctypes.cast(function, ctypes.c_void_p).value or 0
        words = [address, *(self._word(argument) for argument in arguments)]
        words += [self._word(0)] * (1 + _ARGUMENTS - len(words))
        place = self._ignored if result is None else result
        self._calls.append(TapeCall(words, place, (failed, zero, then), about))

    def _word(self, argument: Argument) -> int:
        """Return the address of a word."""
        return int(argument) if isinstance(argument, Place) else self._constant(self._value(argument))

    def _constant(self, value: int) -> int:
        if value not in self._constants:
            word = ctypes.c_uint64(value)
            self._kept.append(word)
            self._constants[value] = ctypes.addressof(word)
        return self._constants[value]

    def _value(self, argument: Argument) -> int:
        """Return what C is given for an argument of `kernel`'s calls."""
        if argument is None:
            return 0
        if isinstance(argument, int):
            return argument & _WORD_MASK
        if isinstance(argument, bytes):
            self._kept.append(ctypes.create_string_buffer(argument))
            return ctypes.addressof(self._kept[-1])
        self._kept.append(argument)
        pointed: Any = getattr(argument, "_obj", argument)  # of what `byref` makes
        if pointed is argument and isinstance(argument, ctypes._SimpleCData):  # noqa: SLF001 - its only name
            return int(argument.value or 0) & _WORD_MASK
        return ctypes.addressof(pointed)

    def copy(self, source: Place, to: Place, size: int) -> None:
        """Write down that so many bytes are copied."""
        self.call("memcpy", int(to), int(source), size)

    def have(self, place: Place, value: int) -> None:
        """Write down that a word becomes this number."""
        self.copy(self.room(8, _WORD.pack(value)), place, 8)

    def unless_same(self, one: Place, other: Place, size: int, otherwise: str, then: Label = NEXT) -> None:
        """Write down that the tape goes on elsewhere unless there are the same bytes in both places."""
        self.call("memcmp", int(one), int(other), size, zero=then, then=otherwise, failed=otherwise)

    def unless(self, place: Place, content: bytes, otherwise: str, then: Label = NEXT) -> None:
        """Write down that the tape goes on elsewhere unless this is there."""
        self.unless_same(place, self.room(len(content), content), len(content), otherwise, then)

    def finish(self) -> None:
        """Lay the calls down. Raises KeyError for a label that there is not."""
        self._player = _player()
        size = max(1, len(self._calls)) * _CALL.size
        self._memory = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        self._begins = ctypes.addressof(ctypes.c_char.from_buffer(self._memory))
        for number, call in enumerate(self._calls):
            nexts = [self._address(label, number) for label in call.labels]
            words = call.words or [0] * (1 + _ARGUMENTS)
            _CALL.pack_into(self._memory, number * _CALL.size, *words, call.result, *nexts)

    def _address(self, label: Label, number: int) -> int:
        if label is None:
            return 0
        return self._begins + (self._labels[label] if label else number + 1) * _CALL.size

    def play(self, label: str) -> str:
        """Make the calls from a label on. Return the label of the end. Raises KernelError for a call that failed.

        Where the tape has forks, each process returns from here at its own end.
        """
        ended: int = self._player(self._begins + self._labels[label] * _CALL.size)
        call = self._calls[(ended - self._begins) // _CALL.size]
        if call.words:
            number = ctypes.get_errno()
            raise kernel.KernelError(number, f"{call.about}: {os.strerror(number)}")
        return call.about


def _player() -> Any:
    """Return what plays a tape, in memory that can be executed, and not be written."""
    code = bytes.fromhex(CODE[kernel.MACHINE])
    descriptor = os.memfd_create("play", os.MFD_CLOEXEC)
    try:
        os.write(descriptor, code)
        address = _libc.mmap(None, len(code), mmap.PROT_READ | mmap.PROT_EXEC, mmap.MAP_PRIVATE, descriptor, 0)
    finally:
        os.close(descriptor)
    if address == ctypes.c_void_p(-1).value:
        raise kernel.KernelError(ctypes.get_errno(), "no memory could be mapped to be executed")
    play = type(_libc.fork)(address)
    play.restype = ctypes.c_void_p
    play.argtypes = (ctypes.c_void_p,)
    return play
