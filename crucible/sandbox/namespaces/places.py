"""Where a tape keeps what its processes find and hand on: see `course`."""

from __future__ import annotations

import select
import signal
import struct
from typing import TYPE_CHECKING, Final

from crucible.sandbox import notification
from crucible.sandbox.namespaces import brief
from crucible.sandbox.namespaces.messages import Message

if TYPE_CHECKING:
    from crucible.sandbox import collect
    from crucible.sandbox.tape import Tape

MADE: Final = b"made"
"""What the zygote says of a sandbox."""
MAXIMUM_MESSAGE_BYTES: Final = 16_384
STREAMS: Final = 3
UNTOUCHED: Final = -2
"""In place of what a fork returns, until there is one."""

_WORD_BYTES: Final = 8
_REASON_BYTES: Final = 4096
_POLLED: Final = struct.Struct("=ihh")
POLLED_BYTES, HAPPENED = _POLLED.size, 6
"""Of one descriptor that is polled, and where in it is what happened."""
_SIGNALS_BYTES: Final = 128
_TIME: Final = struct.Struct("=qq")

STATX_BYTES: Final = 256
INODE, READ, BORN, CHANGED, STATX_ENDS = 0x20, 0x40, 0x50, 0x60, 0x80
"""Where statx tells what. When a file was read, which stands between the second and the third, may change."""
_CHANGED_TIME: Final = struct.Struct("=qI")


class Places:
    """The places, and what is read in them."""

    def __init__(self, tape: Tape, birthplaces: int, groups: int) -> None:
        """Give each its room.

        `birthplaces` and `groups`: how many control groups process 1 can be made in, and how many it joins.
        """
        self._tape = tape
        word = tape.room
        count = 1 + birthplaces + groups + 2
        self.request = Message(tape, MAXIMUM_MESSAGE_BYTES, descriptors=count)
        """The executor's, of the zygote."""
        self.channel, *grouped, self.user, self.network = map(self.request.descriptor, range(count))
        """What comes with it: what process 1 reports on, and its two namespaces."""
        self.birthplaces, self.groups = grouped[:birthplaces], grouped[birthplaces:]
        """And the folders of control groups that it can be made in, and what else it writes itself into."""
        self.is_inside = word(_WORD_BYTES)
        """Whether process 1 was made in its control group."""
        self.held = Message(tape, len(MADE), descriptors=1)
        """The zygote's answer, and with it what holds process 1."""
        tape.write(self.held.content, MADE)
        self.gate = word(_WORD_BYTES)
        """Both ends of what process 1 waits at until there is hold of it."""
        self.is_fresh = word(_WORD_BYTES)
        """Whether the namespaces are new, and so not to be closed yet."""
        self.forked = word(_WORD_BYTES)
        """What the fork of process 1 returned."""

        self.process = word(_WORD_BYTES)
        """What process 1's fork returned, of whom waits for a program."""
        self.orders = word(_WORD_BYTES)
        """Both ends of what that one has its orders from, process 1's first."""
        self.greeting = Message(tape, _REASON_BYTES, descriptors=1)
        """Its first message, with its listener."""
        self.call = word(notification.NOTIFICATION.size)
        """Its first call."""
        self.is_another = word(_WORD_BYTES)
        """Whether there was one before."""
        self.signals = tape.room(_SIGNALS_BYTES, struct.pack("=Q", 1 << signal.SIGCHLD - 1))
        """Which are blocked, as `children` becomes readable for them."""
        self.children = word(_WORD_BYTES)
        self.polled = tape.room(3 * POLLED_BYTES, _POLLED.pack(-1, select.POLLIN, 0) * 3)

        self.given = Message(tape, 1, descriptors=1 + STREAMS)
        """The work, and with it the program's streams."""
        self.brief = word(brief.BYTES + _WORD_BYTES)
        self.order, self.content = word(brief.MOST_ORDER_BYTES), word(brief.MOST_CONTENT_BYTES)
        self.file = word(_WORD_BYTES)
        """What is opened to be closed soon."""
        self.before, self.after = word(STATX_BYTES), word(STATX_BYTES)
        """The input, as it was written, and as it was left."""
        self.began = word(_TIME.size)
        self.is_told = word(_WORD_BYTES)
        """Whether the executor was told that it has begun."""
        self.status, self.is_reaped = word(_WORD_BYTES), word(_WORD_BYTES)

    def fork_is_due(self) -> None:
        """Be as if there had been none yet."""
        for place in (self.forked, self.process):
            self._tape.set(place, UNTOUCHED)
        for place in (self.gate, self.gate.at(4), self.held.descriptor(0)):
            self._tape.write(place, struct.pack("=i", -1))

    def asked(self) -> tuple[bytes, list[int]]:
        """Return the last request, and the descriptors that came with it."""
        return self._tape.read(self.request.content, self._tape.get(self.request.length)), self.request.received()

    def made(self) -> list[int]:
        """Return what there is of a fork: which ends of the gate are open, and what holds process 1."""
        places = (self.gate, self.gate.at(4), self.held.descriptor(0))
        return [number for number in map(self._tape.get, places) if number >= 0]

    def have_come(self, descriptors: list[int]) -> None:
        """Have these be what came with a request."""
        for number, descriptor in enumerate(descriptors):
            self._tape.write(self.request.descriptor(number), struct.pack("=i", descriptor))

    def listener(self) -> notification.Listener:
        """Return what asks process 1 for answers, whose first call was answered."""
        number = notification.NOTIFICATION.unpack(self._tape.read(self.call, notification.NOTIFICATION.size))[0]
        return notification.Listener(self._tape.get(self.greeting.descriptor(0)), number)

    def reason(self) -> str:
        """Return what was said in place of a greeting."""
        said = self._tape.read(self.greeting.content, self._tape.get(self.greeting.length))
        return said.decode(errors="replace")

    def work_and_streams(self) -> list[int]:
        """Return the descriptors of both."""
        return [self._tape.get(self.given.descriptor(number)) for number in range(1 + STREAMS)]

    def time_of_begin(self) -> float:
        """Return when the program was ordered to begin, by the monotonic clock."""
        seconds, nanoseconds = _TIME.unpack(self._tape.read(self.began, _TIME.size))
        return float(seconds + nanoseconds / 1e9)

    def reaped(self) -> int | None:
        """Return the wait status of the program; None where it was not reaped yet."""
        return self._tape.get(self.status) if self._tape.get(self.is_reaped) else None

    def unchanged(self) -> collect.Unchanged:
        """Return what tells the only input from a file that was written since."""
        statx = self._tape.read(self.before, STATX_BYTES)
        name = self._tape.read(self.brief.at(brief.NAME), brief.BYTES - brief.NAME)
        inode = int.from_bytes(statx[INODE : INODE + 8], "little")
        seconds, nanoseconds = _CHANGED_TIME.unpack_from(statx, CHANGED)
        return {name.rstrip(b"\0"): (inode, seconds * 1_000_000_000 + nanoseconds)}
