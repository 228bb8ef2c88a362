"""What a program can be started with: as much as Linux takes, whichever kernel it is started in."""

from __future__ import annotations

import errno
import os

_LONGEST_ARGUMENT = 32 * 4096
"""The kernel's MAX_ARG_STRLEN, with pages of 4 KiB, the final NUL included."""


def refuse_what_is_too_long(arguments: list[str]) -> None:
    """Say of an argument that is too long what Linux does. gVisor's kernel says that a name is. Raises OSError."""
    if max(len(os.fsencode(argument)) for argument in arguments) >= _LONGEST_ARGUMENT:
        raise OSError(errno.E2BIG, os.strerror(errno.E2BIG))
