"""How process 1's tape sees a program end, and reports it."""

from __future__ import annotations

import os
import select
import socket
import struct
import time
from typing import TYPE_CHECKING, Final

from crucible.sandbox import report
from crucible.sandbox.namespaces.places import HAPPENED, POLLED_BYTES
from crucible.sandbox.plan import WORKSPACE

if TYPE_CHECKING:
    from crucible.sandbox.namespaces.places import Places
    from crucible.sandbox.namespaces.workspace import Workspace
    from crucible.sandbox.tape import Tape

_HURRY_MILLISECONDS: Final = 2
"""For so long the news of a program's start waits for what follows, so that both are one message.

It would wake two processes, just when the program needs the processors itself, and an empty one has ended before
they have taken note.
"""
_FIRST_CHILD: Final = 2
_TEXT_BYTES: Final = 2048
_STATUS: Final = b")" + b" %*s" * 23 + b" %ld" + b" %*s" * 25 + b" %ld"
"""Of `/proc/PID/stat` behind the name: where the code begins, and how it ended (proc_pid_stat(5))."""
_BOTH_FIELDS: Final = struct.pack("=i", 2)
_NOT_SHOWN: Final = struct.pack("=q", 1)
"""In place of where its code begins, to whom may not look: see `ending`."""
_NOTHING: Final = struct.pack("=h", 0)
_HUNG_UP: Final = struct.pack("=h", select.POLLHUP)
_ENDED, _HOW, _ENDING, _SPACE = 16, 32, 40, 48
"""Where in an ordinary end's report these are; it begins with when the program began."""
_STARTED: Final = report.encoded(report.STARTED, {})
_HEAD: Final = report.HEAD.pack(report.ENDED_ORDINARILY, report.ORDINARY_END.size)
_BOTH: Final = _STARTED + _HEAD + bytes(report.ORDINARY_END.size)


def write_down(tape: Tape, kept: Places, workspace: Workspace, *, otherwise: str) -> None:
    """Write it down. What isn't ordinary goes on at `otherwise`, with nothing done that can't be done again."""
    told = _Report(tape, kept)
    listener, channel, children = (kept.polled.at(POLLED_BYTES * number) for number in range(3))
    tape.copy(kept.greeting.descriptor(0), listener, 4)
    tape.copy(kept.channel, channel, 4)
    tape.copy(kept.children, children, 4)
    tape.call("poll", int(kept.polled), 3, _HURRY_MILLISECONDS, zero="tell", failed=otherwise, then="something")
    tape.label("tell")
    told.begin()
    tape.call("poll", int(kept.polled), 3, -1, failed=otherwise)
    tape.label("something")
    tape.unless(channel.at(HAPPENED), _NOTHING, otherwise)
    reap = (kept.process, int(kept.status), os.WNOHANG, None)
    tape.unless(listener.at(HAPPENED), _HUNG_UP, "some child")
    tape.call("wait4", *reap, zero="ending", failed=otherwise, then="reaped")
    tape.label("some child")
    tape.unless(listener.at(HAPPENED), _NOTHING, otherwise)
    tape.call("wait4", *reap, zero=otherwise, failed=otherwise)
    tape.label("reaped")
    tape.have(kept.is_reaped, 1)
    tape.call("wait4", -1, None, os.WNOHANG, None, failed="alone", zero=otherwise, then=otherwise)
    tape.label("ending")  # whoever was behind the filter is past the last instruction that was theirs
    _read_status(tape, kept, otherwise)
    told.is_ending()
    tape.label("alone")
    peeking = socket.MSG_DONTWAIT | socket.MSG_PEEK
    tape.call(
        "recv", kept.orders, int(kept.file), 1, peeking, failed="", then=otherwise
    )  # why there was no program
    told.see()
    workspace.unless_unchanged(otherwise)
    told.end()


def _read_status(tape: Tape, kept: Places, otherwise: str) -> None:
    """See how a process ends that is not gone yet: what `ending` does elsewhere."""
    tape.unless(kept.process, struct.pack("=i", _FIRST_CHILD), otherwise)
    text, behind_name, code_begins, fields = tape.room(_TEXT_BYTES), tape.room(8), tape.room(8), tape.room(8)
    path = f"/proc/{_FIRST_CHILD}/stat".encode()
    tape.call("open", path, os.O_RDONLY | os.O_CLOEXEC, result=kept.file, failed=otherwise)
    tape.call("read", kept.file, int(text), _TEXT_BYTES - 1, failed=otherwise)
    tape.call("close", kept.file)
    tape.call("strrchr", int(text), ord(")"), result=behind_name)
    found = (int(code_begins), int(kept.status))
    tape.call("sscanf", behind_name, _STATUS, *found, result=fields, failed=otherwise)
    tape.unless(fields, _BOTH_FIELDS, otherwise)
    tape.unless(code_begins, _NOT_SHOWN, "shown", then=otherwise)
    tape.label("shown")


class _Report:
    """What the executor is told: of the begin and the end together, or one by one."""

    def __init__(self, tape: Tape, kept: Places) -> None:
        self._tape = tape
        self._kept = kept
        padding = -(len(_STARTED) + len(_HEAD)) % 8
        room = tape.room(padding + len(_BOTH), bytes(padding) + _BOTH)
        self._begin, self._end = room.at(padding), room.at(padding + len(_STARTED))
        self._content = self._end.at(len(_HEAD))
        self._message, self._bytes = tape.room(8), tape.room(8)
        tape.set(self._message, self._begin)
        tape.set(self._bytes, len(_BOTH))

    def begin(self) -> None:
        """Tell of the begin, so that only the end is left to be told."""
        self._tape.call("write", self._kept.channel, int(self._begin), len(_STARTED))
        self._tape.have(self._message, int(self._end))
        self._tape.have(self._bytes, len(_BOTH) - len(_STARTED))
        self._tape.have(self._kept.is_told, 1)

    def is_ending(self) -> None:
        """Have it say that the kernel still takes processes apart."""
        self._tape.have(self._content.at(_ENDING), 1)

    def see(self) -> None:
        """Have it say when it ended, and how full the workspace is."""
        self._tape.call("clock_gettime", time.CLOCK_MONOTONIC, int(self._content.at(_ENDED)))
        self._tape.call("statfs", WORKSPACE.encode(), int(self._content.at(_SPACE)))

    def end(self) -> None:
        """Tell of the end."""
        self._tape.copy(self._kept.began, self._content, _ENDED)
        self._tape.copy(self._kept.status, self._content.at(_HOW), 8)
        self._tape.call("write", self._kept.channel, self._message, self._bytes)
