"""A session's socket where nothing but bytes goes into its container, as behind gVisor's kernel: in two halves.

Executor and process 1 exchange messages over a socket, with descriptors (see `sessions.plan`). Docker's engine
hands no descriptors on, and gVisor's kernel opens no socket of the host's. So that socket is cut in two: one half
is the executor's (`session_link`), the other stands inside (`session_relay`), and between them go frames, like
those of reports, over the container's own standard streams. What a descriptor would be read for goes with its
order; what is written to one comes back in pieces. Standard library only: both sides use it.
"""

import struct
from typing import Final

MESSAGE: Final = b"M"
"""To or from process 1: a message, as it is."""
ORDER: Final = b"O"
"""To process 1: an `ORDER_HEAD`, a message, the order, and its standard input."""
WRITTEN: Final = b"D"
"""From one of an order's streams: a `STREAM`, and bytes."""
ALL_WRITTEN: Final = b"Z"
"""A `STREAM`: nobody is left who could write to it."""
TAKEN: Final = b"T"
"""To the relay: a `STREAM`, and how many bytes (`AMOUNT`) of it were passed on, so that as many more may come."""
UNWANTED: Final = b"U"
"""To the relay: a `STREAM` that nobody reads any more, as whoever writes to it has to learn."""

ORDER_HEAD: Final = struct.Struct(">IHI")
"""An order's number, and how long its message and the order itself are."""
STREAM: Final = struct.Struct(">IB")
"""An order's number, and which of its `OUTPUTS` it is."""
AMOUNT: Final = struct.Struct(">I")

OUTPUTS: Final = 3
"""Of an order: what its program prints, its errors, and why it could not become a program."""
ROOM_BYTES: Final = 64 * 1024
"""How much of a stream may be on its way: a reader who is slow holds up nobody but who writes to it."""
LAST_BYTES: Final = 64 * 1024
"""How much more of it may come at its order's end: what a pipe of gVisor's holds."""
