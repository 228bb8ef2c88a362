"""Answers to the calls of one listener, which comes of one process and all that it forks: see `notification`."""

from __future__ import annotations

import errno
import select
import socket
from typing import TYPE_CHECKING, Final

from crucible.sandbox import notification
from crucible.sandbox.answers import Answers

if TYPE_CHECKING:
    from crucible.sandbox.attempts import Attempts
    from crucible.sandbox.notification import Call, Listener
    from crucible.sandbox.wall import Known

_MOST_DRAINED: Final = 64
_LOW: Final = 0xFFFF_FFFF


class ListenerAnswers(Answers):
    """Answers one listener's calls and keeps what they were."""

    def __init__(
        self, known: dict[int, Known], listener: Listener, attempts: Attempts, *, greeted: bool = True
    ) -> None:
        """`greeted`: whether the listener's first call, which is our own, was refused already."""
        super().__init__(known, listener, attempts)
        self._greeted = greeted
        self._listener = listener

    @property
    def descriptor(self) -> int:
        """The listener's."""
        return self._listener.descriptor

    def drain(self) -> None:
        """See `Answers.drain`."""
        poll = select.poll()
        poll.register(self.descriptor, select.POLLIN)
        for _ in range(_MOST_DRAINED):
            if not any(event & select.POLLIN for _, event in poll.poll(0)):
                return
            self._one()

    def finish(self) -> None:
        """See `Answers.finish`."""
        if self._listener.withdrawn:
            taken_back = "taken back before it was read"
            self._attempts.note("system_call", "unknown", taken_back, self._listener.withdrawn)
        super().finish()
        self._listener.close()

    def _serve(self, event: int) -> None:
        if event & select.POLLIN:
            self._one()
        elif self._poll is not None:
            self._poll.unregister(self.descriptor)
            self.is_done = True

    def _one(self) -> None:
        """Answer the next call, which waits."""
        call = self._listener.receive()
        if call is None:
            return
        greeting, self._greeted = not self._greeted and notification.is_greeting(call), True
        if greeting:
            self._listener.refuse(call, errno.EPERM)
        else:
            self._answer(call)

    def _stand_in(self, call: Call, kind: int) -> None:
        self._listener.stand_in(call, kind)

    def _lead_to_name_server(self, call: Call) -> bool:
        try:
            here, there = socket.socketpair()
        except OSError:
            return False
        with there:
            if not self._listener.replace(call, there.fileno(), in_place_of=call.arguments[0] & _LOW):
                here.close()
                return False
        self._take_up(here)
        return True
