"""What a session's processes need to know, handed to them in memory.

The `Ground` comes with the fork: what the session is made of. An `Order` comes with each program and each file
that is read or written; the executor decides, the session's processes look nothing up outside. Standard library
only.
"""

import json
import os
from enum import StrEnum
from typing import Any

from crucible.sandbox import capabilities
from crucible.sandbox.plan import Identity, Tree
from crucible.sandbox.readable import readable
from crucible.sandbox.record import Record

MESSAGE_BYTES = 16_384
"""The most that a message between executor and keeper is long; what may be longer travels in memory.

An attempt's three texts of 120 bytes, twelve for each where they are escaped twice, are well below it.
"""
ORDER_DESCRIPTORS = 5
"""What comes with an order: the order, three standard streams, and where to say why it failed."""


class Kind(StrEnum):
    """What a message between executor and keeper is about."""

    READY = "ready"
    BROKEN = "broken"
    ORDER = "order"
    ENDED = "ended"
    KILL = "kill"
    """The process of an order is to be killed, wherever on its way it is."""
    MEASURE = "measure"
    MEASURED = "measured"
    ATTEMPT = "attempt"
    """Something in the session was refused. Before `MEASURED` comes whatever has not been told."""


class Purpose(StrEnum):
    """What an order is for."""

    EXEC = "exec"
    READ = "read"
    WRITE = "write"


ROOT_CAPABILITIES = (
    capabilities.CAP_CHOWN
    | capabilities.CAP_DAC_OVERRIDE
    | capabilities.CAP_FOWNER
    | capabilities.CAP_FSETID
    | capabilities.CAP_KILL
    | capabilities.CAP_SETGID
    | capabilities.CAP_SETUID
)
"""What root inside may do: give away files, be anybody, end anybody's process. All within its own uids."""


class OwnKernel(Record):
    """What is up to a kernel that the container brings: the host's control groups see none of its processes."""

    disk: str
    """The folder that the session's root is made on: the host bounds its size."""
    processes: int
    """How many each of its users may have."""
    shared_memory: str | None = None
    """The folder that is its /dev/shm, where that is none on the disk."""
    beside: int = 0
    """How many there are that are no program's, besides process 1."""


class Ground(Record):
    """A session before anything runs in it."""

    identity: Identity
    keeper: int
    """Who process 1 is, outside: a uid that nothing inside stands for. Without a range, the executor's own."""
    tree: Tree
    cgroups: list[str]
    landlock: int
    last_capability: int
    disk_bytes: int
    inodes: int
    open_files: int
    own_kernel: OwnKernel | None = None
    """None where it is the host's."""

    @property
    def processes_forked(self) -> int | None:
        """How many each user may have besides an order's first, which is process 1's; None: the host counts."""
        return self.own_kernel.processes - 1 if self.own_kernel else None

    @property
    def order_descriptors(self) -> int:
        """How many descriptors come with an order: one more where the host tracks what comes of it, a door."""
        return ORDER_DESCRIPTORS + (self.own_kernel is None)

    @property
    def capabilities(self) -> int:
        """What programs may have; nothing where there is no root inside."""
        return ROOT_CAPABILITIES if self.identity.ranged else 0


class Order(Record):
    """One thing to do in a session, by a process made for it."""

    purpose: Purpose
    user: str
    argv: list[str]
    """For an exec the argument list, for a file its path."""
    environment: dict[str, str]
    cwd: str = "/"
    size: int = 0
    """How many bytes to read at most, or how many there are to write."""
    mode: int | None = None
    """What a written file may be used for by whom."""


def encode(content: Ground | Order) -> bytes:
    """Return what `decode_ground` or `read_order` understands."""
    return json.dumps(content.raw()).encode()


def write(content: Ground | Order) -> int:
    """Return a descriptor from which `read_ground` or `read_order` reads, and nobody else.

    In gVisor's /proc whoever is inside finds it, while its holder is no program yet, and opens what the mode lets.
    """
    descriptor = readable(encode(content))
    os.fchmod(descriptor, 0o400)
    return descriptor


def read_ground(descriptor: int) -> Ground:
    """Return the ground, and close the descriptor."""
    return decode_ground(_read(descriptor))


def decode_ground(content: bytes) -> Ground:
    """Return the ground that was encoded."""
    raw = json.loads(content)
    own_kernel = OwnKernel(**raw["own_kernel"]) if raw["own_kernel"] else None
    parts = {"identity": Identity(**raw["identity"]), "tree": Tree(**raw["tree"]), "own_kernel": own_kernel}
    return Ground(**raw | parts)


def read_order(descriptor: int) -> Order:
    """Return the order, and close the descriptor."""
    return Order(**json.loads(_read(descriptor)))


def message(kind: Kind, **content: Any) -> bytes:
    """Return a message as it is sent, whole or not at all."""
    return json.dumps({"kind": kind, **content}).encode()


def _read(descriptor: int) -> bytes:
    with os.fdopen(descriptor, "rb") as file:
        return file.read()
