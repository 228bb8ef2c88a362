"""What process 1 of a container and the executor say to each other, over the container's own standard streams.

An engine passes no descriptors into a container, so reports (see `report`) and the program's output share one
stream: process 1 reads what the program prints from pipes and sends it on in frames. The program never holds
that stream, so it can't write a frame. Standard library only: both sides use it.
"""

import json
import os
from collections.abc import Iterable
from typing import Any, Final

from crucible.sandbox import report
from crucible.sandbox.descriptors import write_all
from crucible.sandbox.plan import Bounds, Work
from crucible.sandbox.record import Record

OWN_KERNEL: Final = "own-kernel"
HOSTS_KERNEL: Final = "hosts-kernel"
"""What process 1 is told of the kernel that it is in."""
STDOUT: Final = b"o"
"""Bytes that the program wrote to standard output."""
STDERR: Final = b"e"
"""Bytes that it wrote to standard error."""

_HEAD_LENGTH_BYTES = 4
_CHUNK_BYTES = 1024 * 1024


class Errand(Record):
    """A program, and what process 1 has to see to itself."""

    work: Work
    stdin_bytes: int
    wall_seconds: float
    """When it has to end even where the executor says nothing: it, or the engine, may be gone."""
    output_bytes: int
    disk_bytes: int
    """Over all the folders that the program may write, each of which has this bound of its own."""
    inodes: int | None
    """How many files there may be where the file system doesn't count them, as gVisor's does not."""


def frames(errand: Errand, contents: list[bytes], stdin: bytes) -> Iterable[bytes]:
    """Yield the bytes of an errand; its inputs' and its standard input's come last."""
    head = json.dumps(errand.raw()).encode()
    size = _HEAD_LENGTH_BYTES + len(head) + sum(map(len, contents)) + len(stdin)
    yield report.HEAD.pack(report.WORK, size)
    yield len(head).to_bytes(_HEAD_LENGTH_BYTES, "big") + head
    yield from contents
    yield stdin


class Streams:
    """Process 1's own end: what comes from the executor, and what goes to it."""

    def __init__(self, incoming: int, outgoing: int) -> None:
        self.incoming = incoming
        self._outgoing = outgoing

    def sendall(self, content: bytes) -> None:
        """Write all of it, waiting where the executor is slow."""
        write_all(self._outgoing, content)

    def read(self, size: int) -> bytes:
        """Return exactly so many bytes. Raises EOFError where the executor is gone."""
        parts = bytearray()
        while len(parts) < size:
            part = os.read(self.incoming, min(size - len(parts), _CHUNK_BYTES))
            if not part:
                raise EOFError
            parts += part
        return bytes(parts)

    def read_errand(self) -> Errand:
        """Return the errand, up to its inputs, which are to be read next."""
        head: dict[str, Any] = json.loads(self.read(int.from_bytes(self.read(_HEAD_LENGTH_BYTES), "big")))
        work = head["work"]
        return Errand(**head | {"work": Work(**work | {"bounds": Bounds(**work["bounds"])})})

    def memory(self, size: int, mode: int = 0o444) -> int:
        """Return a descriptor of memory with so many bytes, which can be read, and opened as the mode has it.

        The bytes have been taken, too, where that raises OSError.
        """
        try:
            descriptor = os.memfd_create("content", os.MFD_CLOEXEC)
        except OSError:
            self._copy(size, None)
            raise
        try:
            self._copy(size, descriptor)
            os.fchmod(descriptor, mode)
            return os.open(f"/proc/self/fd/{descriptor}", os.O_RDONLY | os.O_CLOEXEC)
        finally:
            os.close(descriptor)

    def close(self) -> None:
        """Leave both to whoever else has them."""
        os.close(self.incoming)
        os.close(self._outgoing)

    def _copy(self, size: int, descriptor: int | None) -> None:
        """Take so many bytes, and write them to a descriptor, if there is one."""
        while size > 0:
            part = self.read(min(size, _CHUNK_BYTES))
            size -= len(part)
            if descriptor is not None:
                write_all(descriptor, part)
