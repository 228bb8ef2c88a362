"""Everything that the processes of one sandbox need to know, handed to them in memory.

The executor decides; the sandbox's processes follow the plan and look nothing up. It travels in a sealed memfd, so
that the launcher, which only forks, never reads it. Standard library only: the launcher stays small to fork.
"""

import json
import os
from dataclasses import asdict, dataclass

PROGRAM_UID = 1000
"""Who the program is inside; 1000 is what people expect an ordinary user to be."""

WORKSPACE = "/workspace"
WRITABLE = (WORKSPACE, "/tmp", "/dev/shm")  # noqa: S108 - inside of the sandbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """How uids and gids inside map to those outside. Host root is never among them."""

    privileged: bool
    """Whether the executor is root, and maps a range; else its own uid is the only one that there is."""
    outside: int
    """The first uid outside."""
    inside: int
    """The uid inside that it stands for."""
    count: int
    init: int
    """Who process 1 is, inside."""
    owner: int
    """Whom the program's files belong to, as seen by whoever mounts for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """What the read-only root is made of."""

    mountpoint: str
    """An empty folder of the executor's own, on which the root is built in a mount namespace of its own."""
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
class Plan:
    """One sandbox."""

    identity: Identity
    tree: Tree
    bounds: Bounds
    cgroups: list[str]
    """The `cgroup.procs` files to join."""
    landlock: int
    """The ABI to restrict with; 0 where the kernel has none."""
    last_capability: int
    inputs: list[tuple[str, int]]
    """Each input's path below the workspace and its size; their bytes follow the plan."""
    compile: list[str] | None
    """Argument list of a step that comes first and must succeed."""
    run: list[str]
    environment: dict[str, str]


def write(plan: Plan, contents: list[bytes]) -> int:
    """Return a read-only descriptor of the plan and its inputs' bytes."""
    head = json.dumps(asdict(plan)).encode()
    descriptor = os.memfd_create("plan", os.MFD_CLOEXEC)
    with os.fdopen(os.dup(descriptor), "wb") as file:
        file.write(len(head).to_bytes(4, "big"))
        file.write(head)
        file.writelines(contents)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def read(descriptor: int) -> tuple[Plan, list[bytes]]:
    """Return the plan and its inputs' bytes, and close the descriptor."""
    with os.fdopen(descriptor, "rb") as file:
        raw = json.loads(file.read(int.from_bytes(file.read(4), "big")))
        plan = Plan(
            **{
                **raw,
                "identity": Identity(**raw["identity"]),
                "tree": Tree(**raw["tree"]),
                "bounds": Bounds(**raw["bounds"]),
            }
        )
        return plan, [file.read(size) for _, size in plan.inputs]
