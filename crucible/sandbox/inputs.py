"""Writing a program's inputs into its workspace, before there is a program that could get in the way."""

from __future__ import annotations

import os

from crucible.sandbox import collect
from crucible.sandbox.descriptors import write_all
from crucible.sandbox.plan import PROGRAM_UID, WORKSPACE, Work


def write(work: Work, contents: list[bytes]) -> collect.Unchanged:
    """Write every input as the program's own, and return what tells each from a file that was written since."""
    os.chdir(WORKSPACE)
    unchanged: collect.Unchanged = {}
    for (path, _), content in zip(work.inputs, contents):
        folder = os.path.dirname(path)
        if folder and not os.path.isdir(folder):
            os.makedirs(folder)
            parts = folder.split("/")
            for depth in range(1, len(parts) + 1):
                os.chown("/".join(parts[:depth]), PROGRAM_UID, PROGRAM_UID)
        unchanged[os.fsencode(path)] = _write(path, content)
    return unchanged


def _write(path: str, content: bytes) -> tuple[int, int]:
    """Write a file that isn't there yet, without a file object, which takes longer to make than it is of use."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        write_all(descriptor, content)
        os.fchown(descriptor, PROGRAM_UID, PROGRAM_UID)
        return collect.fingerprint(os.fstat(descriptor))
    finally:
        os.close(descriptor)
