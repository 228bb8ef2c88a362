"""Answers to the calls of all that process 1 traces: see `tracing`."""

from __future__ import annotations

import contextlib
import errno
import socket
from typing import TYPE_CHECKING, Final

from crucible.sandbox import lookups
from crucible.sandbox.answers import Answers

if TYPE_CHECKING:
    from crucible.sandbox.attempts import Attempts
    from crucible.sandbox.notification import Call
    from crucible.sandbox.tracing import Tracer
    from crucible.sandbox.wall import Known

_NAME_SERVER: Final = b"\0names"
"""Where process 1 listens, out of sight of any file system. Whoever finds it may as well ask there."""
_ADDRESS: Final = socket.AF_UNIX.to_bytes(2, "little") + _NAME_SERVER
_MOST_ENDS: Final = 64
_UNIX_SOCKET: Final = {0: int(socket.AF_UNIX), 2: 0}
"""Of the arguments of `socket`, what makes one out of any other: its family and protocol."""


class TracedAnswers(Answers):
    """Answers a tracer's calls and keeps what they were.

    A stand-in can't be put in the place of a descriptor here. So the program's own call makes it, with other
    arguments; and to whoever asks for names it connects to a socket at which process 1 listens.
    """

    def __init__(self, known: dict[int, Known], tracer: Tracer, attempts: Attempts) -> None:
        super().__init__(known, tracer, attempts)
        self._tracer = tracer
        self._led = 0
        """How many connect to ask for names, and were not taken up yet."""
        self._names = socket.socket(socket.AF_UNIX)
        self._names.setblocking(False)
        self._names.bind(_NAME_SERVER)
        self._names.listen()
        tracer.answer = self._answer

    @property
    def descriptor(self) -> int:
        """What is readable where somebody connected to ask for names; calls come with `Tracer.next_ended`."""
        return self._names.fileno()

    def drain(self) -> None:
        """See `Answers.drain`."""
        for _ in range(_MOST_ENDS):
            if self._tracer.next_ended() is None:
                return

    def finish(self) -> None:
        """See `Answers.finish`."""
        self._tracer.answer = None
        super().finish()
        if self._poll is not None:
            self._poll.unregister(self._names)
        self._names.close()

    def _serve(self, event: int) -> None:  # noqa: ARG002 - it listens until the end
        with contextlib.suppress(OSError):
            end, _ = self._names.accept()
            self._led = max(0, self._led - 1)
            if self._has_room:
                self._take_up(end)
            else:
                end.close()  # who found the way here itself

    def _stand_in(self, call: Call, kind: int) -> None:
        self._tracer.make_instead(call, {**_UNIX_SOCKET, 1: kind})

    def _lead_to_name_server(self, call: Call) -> bool:
        try:
            address = self._tracer.write_below_stack(call, _ADDRESS)
        except OSError:
            return False
        self._led += 1
        self._tracer.make_instead(call, {1: address, 2: len(_ADDRESS)}, failed=self._not_led)
        return True

    def _not_led(self) -> int:
        self._led = max(0, self._led - 1)
        self._note_name_server()
        return errno.EACCES

    @property
    def _has_room(self) -> bool:
        return self._poll is not None and len(self._lookups) + self._led < lookups.MOST_AT_ONCE
