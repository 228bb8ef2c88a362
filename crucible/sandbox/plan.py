"""Everything that the processes of one sandbox need to know, handed to them in three parts.

The `Setup` is a zygote's: what the sandboxes that are forked from it have in common. The `Identity` comes with a
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

HEAD_BYTES = 4
"""Of what says how long its content is."""

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
    birthplaces: int
    """Of how many control groups the folders come with each sandbox, to be made in."""
    groups: int
    """How many `cgroup.procs` files each joins."""
    disk_bytes: int
    """How large the writable file system is made before the work says how large it has to be."""
    inodes: int


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
    return _write("setup", headed(marshal.dumps(setup.raw(), _MARSHAL_VERSION)))


def read_setup(descriptor: int) -> Setup:
    """Return the setup, and close the descriptor."""
    raw = marshal.loads(_read(descriptor)[0])  # noqa: S302 - written by the executor
    raw["tree"] = Tree(**raw["tree"])
    return Setup(**raw)


def identity_message(identity: Identity) -> bytes:
    """Return what `read_identity` reads."""
    return marshal.dumps(vars(identity), _MARSHAL_VERSION)


def read_identity(message: bytes) -> Identity:
    """Return the identity."""
    return Identity(**marshal.loads(message))  # noqa: S302 - sent by the executor


def write_work(order: bytes, contents: list[bytes], before: bytes = b"") -> int:
    """Return a descriptor from which `read_work` reads the work and its inputs, behind what comes before."""
    return _write("work", b"".join((before, headed(order), *contents)))


def read_work(descriptor: int, at: int) -> tuple[bytes, Work, list[bytes]]:
    """Return the work as it came and as it reads, and its inputs' bytes, and close the descriptor."""
    head, rest = _read(descriptor, at)
    work = work_in(head)
    return head, work, _cut(work, rest, 0)[0]


def work_in(order: bytes) -> Work:
    """Return the work that an order holds: see `order_of`."""
    raw = marshal.loads(order)  # noqa: S302 - written by the executor
    raw["bounds"] = Bounds(**raw["bounds"])
    return Work(**raw)


def encode_work(work: Work, contents: list[bytes], standard_input: bytes) -> bytes:
    """Return a work, its inputs' bytes and its standard input as bytes, for who can't be handed a memfd."""
    return b"".join([headed(order_of(work)), *contents, standard_input])


def decode_work(body: bytes) -> tuple[bytes, Work, list[bytes], bytes]:
    """Return the work as it came and as it reads, its inputs' bytes and its standard input."""
    start = HEAD_BYTES + int.from_bytes(body[:HEAD_BYTES], "big")
    work = work_in(body[HEAD_BYTES:start])
    contents, end = _cut(work, body, start)
    return body[HEAD_BYTES:start], work, contents, body[end:]


def order_of(work: Work) -> bytes:
    """Return a work as it goes on to the process that becomes the program."""
    return marshal.dumps({**vars(work), "bounds": vars(work.bounds)}, _MARSHAL_VERSION)


def headed(content: bytes) -> bytes:
    """Return content behind its length, for what follows it to be found."""
    return len(content).to_bytes(HEAD_BYTES, "big") + content


def _cut(work: Work, rest: bytes, start: int) -> tuple[list[bytes], int]:
    """Return the inputs' bytes, which begin at `start`, and where they end."""
    contents = []
    for _, size in work.inputs:
        contents.append(rest[start : start + size])
        start += size
    return contents, start


def _write(name: str, content: bytes) -> int:
    descriptor = os.memfd_create(name, os.MFD_CLOEXEC)
    try:
        write_all(descriptor, content)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _read(descriptor: int, at: int = 0) -> tuple[bytes, bytes]:
    size = os.fstat(descriptor).st_size
    parts = []
    while at < size and (part := os.pread(descriptor, size - at, at)):
        parts.append(part)
        at += len(part)
    os.close(descriptor)
    whole = parts[0] if len(parts) == 1 else b"".join(parts)
    end = HEAD_BYTES + int.from_bytes(whole[:HEAD_BYTES], "big")
    return whole[HEAD_BYTES:end], whole[end:]
