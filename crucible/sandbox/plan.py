"""Everything that the processes of one sandbox need to know, handed to them in three parts.

The `Setup` is a zygote's: what the sandboxes that are forked from it have in common. The `Place` comes with a
fork: what is one sandbox's own, before anybody knows what will run in it. The `Work` comes when there is a
program for it. The executor decides; the sandbox's processes look nothing up.
"""

from __future__ import annotations

import marshal
import os
from typing import Any

from crucible.sandbox.descriptors import write_all
from crucible.sandbox.record import Record

_MARSHAL_VERSION = 2
"""What every Python since 2.5 reads. Downwards only: what comes back was written next to a hostile program."""

PROGRAM_UID = 1000
"""Who the program is inside; 1000 is what people expect an ordinary user to be."""

WORKSPACE = "/workspace"
SHARED_MEMORY = "/dev/shm"  # noqa: S108 - inside of the sandbox
WRITABLE = (WORKSPACE, "/tmp", SHARED_MEMORY)  # noqa: S108 - inside of the sandbox


class Identity(Record):
    """How uids and gids inside map to those outside. Host root is never among them."""

    ranged: bool
    """Whether there are ids that are nobody's; else the executor's own is the only one that there is."""
    map: list[tuple[int, int, int]]
    """For uids and gids alike: the first inside, the first outside that it stands for, and how many."""
    init: int
    """Who process 1 is, inside."""


class Tree(Record):
    """What the read-only root is made of."""

    binds: list[tuple[str, str]]
    """Files and folders of the host, and where they stand inside."""
    links: list[tuple[str, str]]
    """Symbolic links: where, and to what."""
    files: list[tuple[str, str]]
    """Small files made up for the sandbox: where, and their content."""
    masked: list[str]
    """Files and folders of /proc that show the host."""


class Bounds(Record):
    """The limits that the sandbox's own processes set; the cgroup's are the executor's to set."""

    open_files: int
    disk_bytes: int
    inodes: int
    collected_files: int
    collected_bytes: int
    collected_depth: int


class Setup(Record):
    """What the sandboxes of one zygote have in common."""

    tree: Tree
    landlock: int
    """The ABI to restrict with; 0 where the kernel has none."""
    last_capability: int
    wall: dict[str, Any]
    """What system calls there are: see `wall`."""
    environment: dict[str, str]
    """What a program usually finds in its environment."""
    preload: list[str]
    """Modules that a program finds imported."""
    warm: bool
    """Whether programs are run by the interpreter that forks, without an exec."""
    ranged: bool
    """Whether there are ids that are nobody's: see `Identity`."""
    disk_bytes: int
    """How large the writable file system is made before the work says how large it has to be."""
    inodes: int


class Place(Record):
    """A sandbox without a program."""

    identity: Identity
    groups: int
    """How many `cgroup.procs` files there are to join."""


class Work(Record):
    """A program for a sandbox that stands."""

    bounds: Bounds
    inputs: list[tuple[str, int]]
    """Each input's path below the workspace and its size; their bytes follow."""
    compile: list[str] | None
    """Argument list of a step that comes first and must succeed."""
    run: list[str]
    """Argument list of the program."""
    main: list[str] | None
    """The script and its arguments, where the waiting interpreter itself runs them: see `script`."""
    environment: dict[str, str]
    processes: int | None = None
    """RLIMIT_NPROC, where no cgroup can count a program's processes; else None."""
    reports_progress: bool = False
    """Whether it is given a descriptor on which it tells how far it has come."""


def write_setup(setup: Setup) -> int:
    """Return a descriptor from which `read_setup` reads."""
    return _write("setup", setup.raw(), [])


def read_setup(descriptor: int) -> Setup:
    """Return the setup, and close the descriptor."""
    raw = marshal.loads(_read(descriptor)[0])  # noqa: S302 - written by the executor
    raw["tree"] = Tree(**raw["tree"])
    return Setup(**raw)


def place_message(place: Place) -> bytes:
    """Return what `read_place` reads."""
    return marshal.dumps({**vars(place), "identity": vars(place.identity)}, _MARSHAL_VERSION)


def read_place(message: bytes) -> Place:
    """Return the place."""
    raw = marshal.loads(message)  # noqa: S302 - sent by the executor
    raw["identity"] = Identity(**raw["identity"])
    return Place(**raw)


def write_work(work: Work, contents: list[bytes]) -> int:
    """Return a descriptor from which `read_work` reads the work and its inputs' bytes."""
    return _write("work", _raw(work), contents)


def read_work(descriptor: int) -> tuple[bytes, Work, list[bytes]]:
    """Return the work as it came and as it reads, and its inputs' bytes, and close the descriptor."""
    head, rest = _read(descriptor)
    work = work_in(head)
    return head, work, _cut(work, rest, 0)[0]


def work_in(order: bytes) -> Work:
    """Return the work that an order holds: see `order_of`."""
    raw = marshal.loads(order)  # noqa: S302 - written by the executor
    raw["bounds"] = Bounds(**raw["bounds"])
    return Work(**raw)


def encode_work(work: Work, contents: list[bytes], standard_input: bytes) -> bytes:
    """Return a work, its inputs' bytes and its standard input as bytes, for who can't be handed a memfd."""
    return b"".join([_head(_raw(work)), *contents, standard_input])


def decode_work(body: bytes) -> tuple[bytes, Work, list[bytes], bytes]:
    """Return the work as it came and as it reads, its inputs' bytes and its standard input."""
    start = 4 + int.from_bytes(body[:4], "big")
    work = work_in(body[4:start])
    contents, end = _cut(work, body, start)
    return body[4:start], work, contents, body[end:]


def order_of(work: Work) -> bytes:
    """Return a work as it goes on to the process that becomes the program."""
    return marshal.dumps(_raw(work), _MARSHAL_VERSION)


def _raw(work: Work) -> dict[str, Any]:
    return {**vars(work), "bounds": vars(work.bounds)}


def _head(content: dict[str, Any]) -> bytes:
    head = marshal.dumps(content, _MARSHAL_VERSION)
    return len(head).to_bytes(4, "big") + head


def _cut(work: Work, rest: bytes, start: int) -> tuple[list[bytes], int]:
    """Return the inputs' bytes, which begin at `start`, and where they end."""
    contents = []
    for _, size in work.inputs:
        contents.append(rest[start : start + size])
        start += size
    return contents, start


def _write(name: str, content: dict[str, Any], rest: list[bytes]) -> int:
    descriptor = os.memfd_create(name, os.MFD_CLOEXEC)
    try:
        write_all(descriptor, b"".join((_head(content), *rest)))
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _read(descriptor: int) -> tuple[bytes, bytes]:
    size = os.fstat(descriptor).st_size
    parts, at = [], 0
    while at < size and (part := os.pread(descriptor, size - at, at)):
        parts.append(part)
        at += len(part)
    os.close(descriptor)
    whole = parts[0] if len(parts) == 1 else b"".join(parts)
    end = 4 + int.from_bytes(whole[:4], "big")
    return whole[4:end], whole[end:]
