"""What a program may have in files, where no file system bounds all of them together: process 1 looks."""

from __future__ import annotations

import contextlib
import itertools
import os
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_LONGEST_PATH = 512
"""In characters. The kernel takes 4,096 bytes, of which a character may be four, and a name has 255 more."""
_COUNT_SECONDS = 0.5
"""How often files are counted at the most: no more of the time than a tenth goes into it."""


class Disk:
    """The file systems that a program may write, which hold its inputs by now."""

    def __init__(
        self, systems: Sequence[str], more_bytes: int, *, counted: Sequence[str] = (), most_files: int = 0
    ) -> None:
        """`systems`: a folder of each. `more_bytes`: how many may come, in all of them together.

        `counted`: folders of which no file system counts the files, of which there may be `most_files`.
        """
        self._systems = systems
        self._most_bytes = more_bytes + self._used()
        self._counted = counted
        self._most_files = most_files
        self._count_due = time.monotonic() + _COUNT_SECONDS

    def is_full(self) -> bool:
        """Tell whether there is no room for another byte."""
        return self._used() >= self._most_bytes

    def is_exceeded(self) -> bool:
        """Tell whether there is more than may be. Files are counted now and then."""
        return self._used() > self._most_bytes or self._has_too_many_files()

    def _used(self) -> int:
        return sum(map(_used, self._systems))

    def _has_too_many_files(self) -> bool:
        now = time.monotonic()
        if not self._counted or now < self._count_due:
            return False
        count = sum(1 for _ in itertools.islice(_entries(self._counted), self._most_files + 1))
        self._count_due = time.monotonic() + max(_COUNT_SECONDS, 10 * (time.monotonic() - now))
        return count > self._most_files


def _used(folder: str) -> int:
    space = os.statvfs(folder)
    return (space.f_blocks - space.f_bfree) * space.f_frsize


def _entries(folders: Iterable[str]) -> Iterator[str]:
    """Yield the name of everything below some folders, following nothing; in a tree that changes, some of it.

    No path is too long: those that would be begin further down.
    """
    left = [(_Start(folder, None), ".") for folder in folders]
    while left:
        start, path = left.pop()
        with contextlib.suppress(OSError):
            if len(path) > _LONGEST_PATH:
                start, path = _Start(path, start), "."
            folder = os.open(path, _FOLDER, dir_fd=start.descriptor)
            try:
                with os.scandir(folder) as entries:
                    for entry in entries:
                        yield entry.name
                        if entry.is_dir(follow_symlinks=False):
                            left.append((start, f"{path}/{entry.name}"))
            finally:
                os.close(folder)


class _Start:
    """A folder that paths begin at, open as long as there are any."""

    def __init__(self, path: str, start: _Start | None) -> None:
        """`start`: where the path to it begins. Raises OSError."""
        self.descriptor = -1
        self.descriptor = os.open(path, _FOLDER, dir_fd=None if start is None else start.descriptor)

    def __del__(self) -> None:
        if self.descriptor >= 0:
            os.close(self.descriptor)
