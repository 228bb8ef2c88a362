"""Where the keeper puts things, and what it is told: the executor decides, the keeper looks nothing up."""

import json
import os
from typing import Any, Final

from crucible.sandbox.plan import Tree
from crucible.sandbox.record import Record

BUNDLE: Final = "/run/bundle"
"""In the keeper's own mount namespace, in a file system of memory: nothing of a sandbox is ever on a disk."""
ROOT: Final = "/run/root"
DEVICES: Final = "/run/devices"
SCRATCH: Final = "/run/scratch"
STATE: Final = "/run/state"
LOG: Final = "/run/log"
PROCESS_1: Final = "/run/process_1"
"""The file in which a tool notes the process id of a container's process 1."""


class Place(Record):
    """A container without a program."""

    command: list[str]
    """What makes the container and starts it, and ends when that is done."""
    config: dict[str, Any]
    """The bundle's configuration."""
    tree: Tree
    owner: int
    """The uid and gid, outside, of the folders that a program may write."""
    anterooms: list[str]
    """The `cgroup.procs` files to join oneself: from there the tool looks for the group that it was told."""
    entrances: list[str]
    """Those that the command has to join, because it isn't told of any group."""
    own_kernel: bool
    """Whether the tool brings one."""
    hidden: list[str]
    """Mounts of control group hierarchies that are none of the tool's business."""


def write_place(place: Place) -> int:
    """Return a descriptor from which `read_place` reads."""
    descriptor = os.memfd_create("place", os.MFD_CLOEXEC)
    with os.fdopen(os.dup(descriptor), "w") as file:
        json.dump(place.raw(), file)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def read_place(descriptor: int) -> Place:
    """Return the place, and close the descriptor."""
    with os.fdopen(descriptor) as file:
        raw = json.load(file)
    return Place(**raw | {"tree": Tree(**raw["tree"])})
