"""Everything that the processes of one sandbox need to know, handed to them in memory in two parts.

The `Place` comes with the fork: what a sandbox is made of, before anybody knows what will run in it. The `Work`
comes when there is a program for it. The executor decides; the sandbox's processes look nothing up. Both travel in
memfds, so that the launcher, which only forks, reads neither. Standard library only: the launcher stays small.
"""

import json
import os
from dataclasses import asdict, dataclass
from typing import Any

PROGRAM_UID = 1000
"""Who the program is inside; 1000 is what people expect an ordinary user to be."""

WORKSPACE = "/workspace"
WRITABLE = (WORKSPACE, "/tmp", "/dev/shm")  # noqa: S108 - inside of the sandbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """How uids and gids inside map to those outside. Host root is never among them."""

    ranged: bool
    """Whether there are ids that are nobody's; else the executor's own is the only one that there is."""
    map: list[tuple[int, int, int]]
    """For uids and gids alike: the first inside, the first outside that it stands for, and how many."""
    init: int
    """Who process 1 is, inside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """What the read-only root is made of."""

    binds: list[tuple[str, str]]
    """Files and folders of the host, and where they stand inside."""
    links: list[tuple[str, str]]
    """Symbolic links: where, and to what."""
    files: list[tuple[str, str]]
    """Small files made up for the sandbox: where, and their content."""
    masked: list[str]
    """Files and folders of /proc that show the host."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The limits that the sandbox's own processes set; the cgroup's are the executor's to set."""

    open_files: int
    disk_bytes: int
    inodes: int
    collected_files: int
    collected_bytes: int
    collected_depth: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A sandbox without a program."""

    identity: Identity
    tree: Tree
    cgroups: list[str]
    """The `cgroup.procs` files to join."""
    landlock: int
    """The ABI to restrict with; 0 where the kernel has none."""
    last_capability: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A program for a sandbox that stands."""

    bounds: Bounds
    inputs: list[tuple[str, int]]
    """Each input's path below the workspace and its size; their bytes follow."""
    compile: list[str] | None
    """Argument list of a step that comes first and must succeed."""
    run: list[str]
    environment: dict[str, str]


def write_place(place: Place) -> int:
    """Return a descriptor from which `read_place` reads."""
    return _write("place", asdict(place), [])


def read_place(descriptor: int) -> Place:
    """Return the place, and close the descriptor."""
    raw, _ = _read(descriptor)
    return Place(**raw | {"identity": Identity(**raw["identity"]), "tree": Tree(**raw["tree"])})


def write_work(work: Work, contents: list[bytes]) -> int:
    """Return a descriptor from which `read_work` reads the work and its inputs' bytes."""
    return _write("work", asdict(work), contents)


def read_work(descriptor: int) -> tuple[Work, list[bytes]]:
    """Return the work and its inputs' bytes, and close the descriptor."""
    raw, rest = _read(descriptor)
    work = Work(**raw | {"bounds": Bounds(**raw["bounds"])})
    contents, start = [], 0
    for _, size in work.inputs:
        contents.append(rest[start : start + size])
        start += size
    return work, contents


def _write(name: str, content: dict[str, Any], rest: list[bytes]) -> int:
    head = json.dumps(content).encode()
    descriptor = os.memfd_create(name, os.MFD_CLOEXEC)
    with os.fdopen(os.dup(descriptor), "wb") as file:
        file.write(len(head).to_bytes(4, "big"))
        file.write(head)
        file.writelines(rest)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def _read(descriptor: int) -> tuple[dict[str, Any], bytes]:
    with os.fdopen(descriptor, "rb") as file:
        return json.loads(file.read(int.from_bytes(file.read(4), "big"))), file.read()
