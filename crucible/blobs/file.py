"""Blobs as local files.

A blob is written under another name, synchronised and renamed, and its folder synchronised after it: whatever
happens, a key names the whole of its bytes or nothing. Keys are ours, made of identifiers and numbers: no name
that a program chose becomes a path.
"""

import asyncio
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from crucible.domain.errors import StorageUnavailableError

RETRY_AFTER_SECONDS = 2

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
        await self._outside_of_the_loop(lambda: _delete(self._root / prefix))

    async def _outside_of_the_loop(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.to_thread(work)
        except OSError as error:
            raise StorageUnavailableError(
                f"the folder of outputs can't be used now: {error.strerror or error}",
                retry_after_seconds=RETRY_AFTER_SECONDS,
            ) from error


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


def _delete(folder: Path) -> None:
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        return
    parent = folder.parent
    if not any(parent.iterdir()):
        parent.rmdir()
