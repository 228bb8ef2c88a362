"""Blobs as local files.

A blob is written under another name, synchronised and renamed, and its folder synchronised after it: whatever
happens, a key names the whole of its bytes or nothing. Keys are ours, made of identifiers and numbers: no name
that a program chose becomes a path.
"""

import asyncio
import fcntl
import os
import re
import shutil
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TypeVar

from crucible.domain.errors import StorageUnavailableError
from crucible.domain.identifiers import EVALUATION_PATTERN

RETRY_AFTER_SECONDS = 2
_LOOKED_AT_ONCE = 200
_LOCK = "removal.lock"
"""Beside the blobs' folder. Who copies rows and blobs holds it shared, who removes any of them alone."""

T = TypeVar("T")


class FileBlobs:
    """Blobs in a folder of this machine."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def put(self, key: str, data: bytes) -> None:
        """See `BlobStore`."""
        await self._outside_of_the_loop(lambda: _write(self._root, self._root / key, data))

    async def read(self, key: str, start: int, stop: int) -> bytes:
        """See `BlobStore`."""
        return await self._outside_of_the_loop(lambda: _read(self._root / key, start, stop))

    async def delete_all(self, prefix: str) -> None:
        """See `BlobStore`."""
        await self._outside_of_the_loop(lambda: _delete(self._root, self._root / prefix))

    @contextmanager
    def removing(self) -> Iterator[bool]:
        """See `BlobStore`. The kernel gives the lock back however the process ends."""
        try:
            descriptor = _open_lock(self._root)
        except OSError as error:
            raise _unusable(error) from error
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True
        finally:
            os.close(descriptor)

    async def attempts(self) -> AsyncIterator[Sequence[tuple[str, int]]]:
        """See `BlobStore`. What is not named as ours are is left alone."""
        folder = self._root / "evaluations"
        if not await self._outside_of_the_loop(folder.is_dir):
            return
        with await self._outside_of_the_loop(lambda: os.scandir(folder)) as entries:
            while some := await self._outside_of_the_loop(lambda: list(islice(entries, _LOOKED_AT_ONCE))):
                yield await self._outside_of_the_loop(partial(_attempts, some))

    async def _outside_of_the_loop(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.to_thread(work)
        except OSError as error:
            raise _unusable(error) from error


@contextmanager
def nothing_removed(root: Path) -> Iterator[None]:
    """Keep all blobs of a folder, and the rows that name them, for as long as the block lasts. Raises OSError."""
    descriptor = _open_lock(root)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)


def _open_lock(root: Path) -> int:
    """Open the lock, which is the folder's owner's, though root may be who takes a backup first."""
    root.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(root.with_name(_LOCK), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    if os.geteuid() == 0:
        owner = root.parent.stat()
        os.fchown(descriptor, owner.st_uid, owner.st_gid)
    return descriptor


def _unusable(error: OSError) -> StorageUnavailableError:
    return StorageUnavailableError(
        f"the folder of outputs can't be used now: {error.strerror or error}",
        retry_after_seconds=RETRY_AFTER_SECONDS,
    )


def _attempts(entries: Sequence["os.DirEntry[str]"]) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    for entry in entries:
        if re.fullmatch(EVALUATION_PATTERN, entry.name):
            with suppress(FileNotFoundError):  # somebody else removed it since
                found += [(entry.name, int(each.name)) for each in os.scandir(entry.path) if each.name.isdecimal()]
    return found


def _write(root: Path, path: Path, data: bytes) -> None:
    _make_folder(root, path.parent)
    temporary = path.with_name(f"{path.name}.part")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _synchronise(path.parent)


def _make_folder(root: Path, folder: Path) -> None:
    if folder.is_dir():
        return
    if folder != root:
        _make_folder(root, folder.parent)
    folder.mkdir(mode=0o700, parents=folder == root, exist_ok=True)
    _synchronise(folder.parent)


def _synchronise(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read(path: Path, start: int, stop: int) -> bytes:
    with path.open("rb") as file:
        file.seek(start)
        return file.read(max(0, stop - start))


def _delete(root: Path, folder: Path) -> None:
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        return
    parent = folder.parent
    if parent.parent != root and not any(parent.iterdir()):
        parent.rmdir()
