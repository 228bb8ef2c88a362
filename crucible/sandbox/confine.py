"""The last thing that a process of ours does before it reads what a program wrote: it goes behind its wall.

From then on process 1 answers its calls, in whichever way this kernel has for that, if it has any.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crucible.sandbox import call_filter, notification, tracing

if TYPE_CHECKING:
    import socket

    from crucible.sandbox.wall import Wall


def confine(wall: Wall, channel: socket.socket) -> None:
    """Put this process behind a wall; at the channel's other end is who answers. Raises OSError otherwise."""
    if wall.traced:
        tracing.be_traced(channel, wall.program)
    elif wall.known:
        notification.hand_over(channel, notification.install(wall.program))
    else:
        call_filter.install(wall.program)
