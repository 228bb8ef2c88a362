"""How process 1 of a container is started: with this executor's own Python, whatever the container's root has.

The interpreter, the libraries that it has loaded and Crucible's code appear in a folder that only the container's
root may enter. The program, another user without capabilities, can't: an image shows it nothing but itself. The
interpreter is started through its dynamic loader: neither has to be where the host has it.
"""

import ctypes  # noqa: F401 - loads what process 1 will load, so that `_loaded` sees it
import functools
import os
import sys
from dataclasses import dataclass
from typing import Final

import crucible

HIDDEN: Final = "/.crucible"
DOOR: Final = f"{HIDDEN}/door"
"""Where a session's process 1 finds the executor's socket."""


class NoLoaderError(OSError):
    """The interpreter has no dynamic loader that could start it elsewhere."""


@dataclass(frozen=True, slots=True)
class Entrance:
    """What is mounted for process 1, read-only, and how it is started."""

    binds: list[tuple[str, str]]
    """Folders of the host, and where they stand inside."""
    interpreter: list[str]
    """What comes before a program's text."""

    def command(self, module: str) -> list[str]:
        """Return what runs `main` of a module of this package."""
        start = f"import sys; sys.path.insert(0, '{HIDDEN}/code'); from crucible.sandbox.docker import {module}"
        return [*self.interpreter, "-c", f"{start}; {module}.main()"]


@functools.cache
def entrance() -> Entrance:
    """Return the entrance of this executor's containers. Raises NoLoaderError."""
    if sys.platform != "linux":
        raise NoLoaderError(
            "containers run Linux, and their process 1 is this Python, which is not built for it; "
            "run Crucible itself in a Linux machine, such as the one of: limactl start template://docker"
        )
    libraries = _loaded()
    loader = next((path for path in libraries if os.path.basename(path).startswith("ld-")), None)
    if loader is None:
        raise NoLoaderError("this Python was linked statically; run Crucible with one that was not")
    folders = list(dict.fromkeys(os.path.dirname(path) for path in [loader, *libraries]))
    binds = [(folder, f"{HIDDEN}/lib/{number}") for number, folder in enumerate(folders)]
    inside = dict(binds)
    base = os.path.realpath(sys.base_prefix)
    interpreter = os.path.relpath(os.path.realpath(sys.executable), base)
    return Entrance(
        binds=[
            *binds,
            (base, f"{HIDDEN}/python"),
            (os.path.dirname(os.path.realpath(crucible.__file__)), f"{HIDDEN}/code/crucible"),
        ],
        interpreter=[
            f"{inside[os.path.dirname(loader)]}/{os.path.basename(loader)}",
            "--library-path",
            ":".join([*inside.values(), f"{HIDDEN}/python/lib"]),
            f"{HIDDEN}/python/{interpreter}",
            *("-I", "-S", "-B"),
        ],
    )


def _loaded() -> list[str]:
    """Return the shared libraries of this process that aren't below its interpreter's own folder."""
    own = os.path.realpath(sys.base_prefix) + "/"
    with open("/proc/self/maps") as file:
        paths = {line[line.index("/") :].strip() for line in file if "/" in line}
    system = own == "/usr/"
    return sorted(
        path
        for path in paths
        if ".so" in os.path.basename(path)
        and (system or not path.startswith(own))
        and "/site-packages/" not in path
        and "/dist-packages/" not in path
        and os.path.isfile(path)
    )
