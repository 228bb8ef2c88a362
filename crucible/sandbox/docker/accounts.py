"""What the program's user is called: `/etc/passwd` and `/etc/group`, which differ from container to container.

The root file system is one image for all of them. So it has links there, into a small file system of the
container's own, which process 1 fills before there is a program and nobody else may write.
"""

import os
from collections.abc import Iterator
from typing import Final

from crucible.sandbox.plan import PROGRAM_UID
from crucible.sandbox.tree import accounts

FOLDER: Final = "/.accounts"
PATHS: Final = tuple(path for path, _ in accounts(PROGRAM_UID))
OPTIONS: Final = "rw,noexec,nosuid,nodev,size=16k,nr_inodes=8,mode=755"
"""Of the file system that is mounted there."""


def links() -> Iterator[tuple[str, str]]:
    """Yield where the image has links, and to what."""
    for path in PATHS:
        yield path, _place(path)


def write(user: int) -> None:
    """Give the program's user a name, and its group. Raises OSError."""
    for path, content in accounts(user):
        with open(_place(path), "x") as file:
            os.fchmod(file.fileno(), 0o444)
            file.write(content)


def _place(path: str) -> str:
    return f"{FOLDER}/{os.path.basename(path)}"
