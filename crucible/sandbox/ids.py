"""Which ids of the host are whose: no two sandboxes that live at once have one in common, whoever made them.

The engines of one executor, and the executors of one user, take ids from the same ranges and know nothing of each
other. So whoever takes a block of them locks it, in a file that all of them open and in which byte N stands for
uid N. The kernel lets go of a lock when its holder ends, however that comes about. See ADR 54.
"""

import errno
import fcntl
import heapq
import itertools
import os
import stat
import struct
from dataclasses import dataclass
from typing import Final

from crucible.domain.errors import SandboxUnavailableError

FOLDER: Final = "/dev/shm"  # noqa: S108 - the file's owner is looked at
"""The same for all of a user's processes on a host, whatever their environment, and empty after a boot."""
_LOCK = "hhqqi4x"
"""fcntl(2), struct flock: kind, whence, start, length, and a process id that has to be 0."""


@dataclass(frozen=True, slots=True)
class Span:
    """Ids of the host that are handed out in blocks, which count from 0."""

    first: int
    each: int
    count: int
    """Of blocks."""

    def start(self, block: int) -> int:
        """Return the first id of a block."""
        return self.first + block * self.each


OF_ROOT: Final = {
    "docker": Span(1_845_493_760, 65_536, 512),
    "namespaces": Span(1_879_048_192, 65_536, 2048),
    "runc": Span(2_013_265_920, 65_536, 512),
    "crun": Span(2_046_820_352, 65_536, 512),
    "gvisor": Span(2_080_374_784, 65_536, 512),
    "sessions": Span(2_113_929_216, 65_536, 512),
}
"""Where an executor that is root takes them: above every range that distributions and container engines hand out,
and below 2**31. `sessions` are those of `namespaces`."""


class Blocks:
    """Gives out the blocks of a span that nobody else on this host has, and takes them back.

    What was taken once stays this executor's until `close`: the next sandbox has it again.
    """

    def __init__(self, span: Span | None) -> None:
        """`span`: None where there are no ids to give out, and all there is to a block is its number.

        Raises SandboxUnavailableError where blocks can't be claimed.
        """
        self._span = span
        self._free: list[int] = []
        self._held: set[int] = set()
        self._next = 0
        self._claims = -1 if span is None else _open_claims()

    def take(self) -> int:
        """Return a block's number. Raises OSError where there is none left."""
        if self._free:
            return heapq.heappop(self._free)
        if self._span is None:
            self._next += 1
            return self._next - 1
        for block in itertools.chain(range(self._next, self._span.count), range(self._next)):
            if block not in self._held and self._claim(self._span, block):
                self._held.add(block)
                self._next = block + 1
                return block
        raise OSError(
            errno.EUSERS,
            f"all {self._span.count} blocks of {self._span.each} ids from {self._span.first} on are in use, "
            "here or by other executors of this user",
        )

    def give_back(self, block: int) -> None:
        """Have a block free for the next sandbox."""
        heapq.heappush(self._free, block)

    def close(self) -> None:
        """Leave every block to others."""
        if self._claims >= 0:
            os.close(self._claims)
            self._claims = -1

    def _claim(self, span: Span, block: int) -> bool:
        lock = struct.pack(_LOCK, fcntl.F_WRLCK, os.SEEK_SET, span.start(block), span.each, 0)
        try:
            fcntl.fcntl(self._claims, fcntl.F_OFD_SETLK, lock)
        except OSError as error:
            if error.errno in {errno.EAGAIN, errno.EACCES}:
                return False
            raise
        return True


def _open_claims() -> int:
    """Return this user's file of claims. Each call's is a holder of its own: see F_OFD_SETLK in fcntl(2)."""
    path = f"{FOLDER}/crucible-ids-{os.geteuid()}"
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise SandboxUnavailableError(
            f"no uids can be claimed for sandboxes: {path}: {error.strerror}; it has to be this user's own file"
        ) from error
    about = os.fstat(descriptor)
    if about.st_uid != os.geteuid() or not stat.S_ISREG(about.st_mode):
        os.close(descriptor)
        raise SandboxUnavailableError(
            f"no uids can be claimed for sandboxes: {path} is not this user's own file; remove it"
        )
    return descriptor
