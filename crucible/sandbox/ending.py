"""How a process ends, told before the kernel has taken its memory apart.

An end takes as long as there are pages to let go of, which is half a millisecond for a small interpreter and more
for a large one, and only then does its parent hear of it. But its filter of system calls is let go of first (Linux
6.11): a listener hangs up when everybody who was behind its filter is past the last instruction that was theirs.
By then the kernel also knows how they ended: ADR 71.
"""

from __future__ import annotations

import contextlib
import os
from typing import Final

_ENDS: Final = 0x4  # PF_EXITING
_BYTES: Final = 2048
_FLAGS, _CODE_BEGINS, _STATUS = 9, 26, 52
"""Which fields of `/proc/PID/stat` these are (proc_pid_stat(5)); those up to the second may hold spaces."""
_NOT_SHOWN: Final = b"1"
"""In place of where its code begins, to whom may not look."""


def status_of(process: int) -> int | None:
    """Return the wait status of a process that is ending; None where that isn't told here, or not yet.

    Whoever asks may look into its processes, in a /proc that shows nobody others (hidepid=2): whom the kernel
    doesn't want to tell, it tells that the status is 0. Raises nothing.
    """
    with contextlib.suppress(OSError):
        descriptor = os.open(f"/proc/{process}/stat", os.O_RDONLY | os.O_CLOEXEC)
        try:
            content = os.read(descriptor, _BYTES)
        finally:
            os.close(descriptor)
        fields = content[content.rindex(b")") + 2 :].split()
        shown = [fields[number - 3] for number in (_FLAGS, _CODE_BEGINS, _STATUS)]
        if int(shown[0]) & _ENDS and shown[1] != _NOT_SHOWN:
            return int(shown[2])
    return None
