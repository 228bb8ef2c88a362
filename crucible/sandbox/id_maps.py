"""Writing who is who in a user namespace, for a process that has just made one. Standard library only."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crucible.sandbox.plan import Identity


def write(process: int, identity: Identity) -> None:
    """Write the maps of a process's user namespace. Raises OSError, saying what was to be written where."""
    lines = "".join(f"{inside} {outside} {count}\n" for inside, outside, count in identity.map)
    if not identity.ranged:
        _write(f"/proc/{process}/setgroups", "deny")
    _write(f"/proc/{process}/uid_map", lines)
    _write(f"/proc/{process}/gid_map", lines)


def _write(path: str, text: str) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
        try:
            os.write(descriptor, text.encode())
        finally:
            os.close(descriptor)
    except OSError as error:
        raise OSError(error.errno, f"writing {text!r} to {path}: {os.strerror(error.errno or 0)}") from error
