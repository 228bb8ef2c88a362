"""What precedes a work where process 1 reads it: all that has to be understood of an ordinary one.

Process 1 plays a tape, which can compare and copy, and no more. What that suffices for is said here, by the
executor; any other work is read as the sandbox's processes in Python read it.
"""

from __future__ import annotations

import os
import struct
from typing import TYPE_CHECKING, Final

from crucible.sandbox import plan, vessel

if TYPE_CHECKING:
    from crucible.sandbox.plan import Work

_BRIEF: Final = struct.Struct("=8sQQQ8s256s")
BYTES: Final = _BRIEF.size
MARK, ORDER_BYTES, CONTENT_BYTES, CONTENT_AT, ORDER_HEAD, NAME = 0, 8, 16, 24, 32, 40
"""Where its parts are: `ORDINARY` or nothing; numbers; what precedes the order; the only input's name."""
ORDER_HEAD_BYTES: Final = vessel.HEAD.size
ORDINARY: Final = b"ordinary"
ORDER_AT: Final = BYTES + plan.HEAD_BYTES
MOST_ORDER_BYTES: Final = 16 * 1024
MOST_CONTENT_BYTES: Final = 64 * 1024
_MOST_NAME_BYTES: Final = 255


def write_work(work: Work, contents: list[bytes], usual: tuple[int, int]) -> int:
    """Return a descriptor from which process 1 reads the brief, the work and its inputs' bytes.

    `usual`: the disk's bytes and inodes with which the sandbox stands.
    """
    order = plan.order_of(work)
    return plan.write_work(order, contents, _brief(work, order, contents, usual))


def _brief(work: Work, order: bytes, contents: list[bytes], usual: tuple[int, int]) -> bytes:
    names = [os.fsencode(path) for path, _ in work.inputs]
    ordinary = (
        len(names) == 1
        and b"/" not in names[0]
        and len(names[0]) <= _MOST_NAME_BYTES
        and len(order) <= MOST_ORDER_BYTES
        and len(contents[0]) <= MOST_CONTENT_BYTES
        and work.compile is None
        and not work.reports_progress
        and (work.bounds.disk_bytes, work.bounds.inodes) == usual
    )
    if not ordinary:
        return bytes(BYTES)
    head = vessel.HEAD.pack(len(order), False)
    return _BRIEF.pack(ORDINARY, len(order), len(contents[0]), ORDER_AT + len(order), head, names[0])
