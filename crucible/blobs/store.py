"""What every place for blobs can do, and how blobs are named."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractContextManager
from typing import Protocol


class BlobStore(Protocol):
    """A place for bytes under keys. A key is written once."""

    async def put(self, key: str, data: bytes) -> None:
        """Store bytes; on return they are durable. Raises StorageUnavailableError."""

    async def read(self, key: str, start: int, stop: int) -> bytes:
        """Return the bytes from `start` up to, not including, `stop`. Raises StorageUnavailableError."""

    async def delete_all(self, prefix: str) -> None:
        """Delete every blob under a prefix; that there is none is no error."""

    def removing(self) -> AbstractContextManager[bool]:
        """Tell whether rows may lose their blobs in the block: not while a backup is taken of both.

        A backup that begins meanwhile waits for the block's end. Raises StorageUnavailableError.
        """

    def attempts(self) -> AsyncIterator[Sequence[tuple[str, int]]]:
        """Yield, some at a time, the attempts that have blobs: each one's evaluation and fence."""


def prefix_of_all(evaluation_id: str) -> str:
    """Return where the blobs of all attempts at an evaluation live."""
    return f"evaluations/{evaluation_id}"


def prefix_of(evaluation_id: str, fence: int) -> str:
    """Return where the blobs of one attempt at an evaluation live; another attempt's never meet them."""
    return f"{prefix_of_all(evaluation_id)}/{fence}"
