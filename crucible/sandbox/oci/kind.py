"""What differs between containers before the program is known: who runs process 1, and in which root."""

import functools
import json
import os
import sys
from dataclasses import dataclass

import crucible
from crucible.domain.sandbox import SandboxSpec
from crucible.sandbox import plan, seccomp
from crucible.sandbox.images import MARK
from crucible.sandbox.process_1 import CODE, WALL
from crucible.sandbox.runtimes.replaced import FileState
from crucible.sandbox.runtimes.runtime import Runtime
from crucible.sandbox.tree import folders_of, tree
from crucible.sandbox.work import entrypoint_of, may_wait

_OLDEST_INTERPRETER = (3, 11)
"""What runs process 1: our own oldest."""
_LIBRARIES = f"{CODE}/lib"
"""Where the host's libraries stand in an image, for process 1 alone."""
_PYTHON = f"{CODE}/python"
"""Where its interpreter does: an image may have anything where that stands on the host."""
_LOADERS = ("/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1")
_IMPORT = f"import sys; sys.path[0] = {CODE!r}; from crucible.sandbox"
_START = f"{_IMPORT}.process_1 import main; main()"
_START_SESSION = f"{_IMPORT}.sessions.contained import main; main()"
_LONGEST_ARGUMENTS = 32 * 1024
"""In characters, each of which may be four bytes of the 128 KiB that Linux takes as one argument."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Containers that can take each other's place."""

    prefix: str
    """The folder of the runtime that is shown inside."""
    command: tuple[str, ...]
    """How the interpreter is started that runs process 1."""
    preload: tuple[str, ...] = ()
    """What it imports before it waits."""
    warm: bool = False
    """Whether programs run in that interpreter; else they are started by an exec."""
    file: FileState | None = None
    """Which file that interpreter was when it said its version: none that was replaced serves who comes after."""
    session: bool = False
    """Whether it is to stay, as a session."""


_OWN_INTERPRETER = os.path.realpath(sys.executable)
OWN = Kind(sys.base_prefix, (_OWN_INTERPRETER, "-S", "-B"))


def kind_of(spec: SandboxSpec, runtime: Runtime) -> Kind:
    """Return what a program needs: its own interpreter, where that may have waited."""
    version = tuple(int(part) for part in runtime.report.version.split(".")[:2] if part.isdigit())
    if not may_wait(spec, runtime) or version < _OLDEST_INTERPRETER or _is_too_long(spec):
        return Kind(runtime.prefix, OWN.command)
    command = tuple(runtime.command(runtime.warm, entrypoint_of(spec, runtime)))
    return Kind(runtime.prefix, command, runtime.preload, warm=True, file=runtime.file)


def command_of(kind: Kind, manner: str) -> list[str]:
    """Return what a container of that kind begins with: its process 1, which is told its manner."""
    return [*_interpreter(kind), "-c", _START_SESSION if kind.session else _START, manner]


def _interpreter(kind: Kind) -> list[str]:
    """Return how the interpreter is started: in an image with the host's loader, whatever libraries are there."""
    if not kind.prefix.startswith(MARK):
        return list(kind.command)
    program, *options = kind.command
    inside = f"{_PYTHON}/{os.path.relpath(program, os.path.realpath(OWN.prefix))}"
    libraries = f"{_LIBRARIES}:{_PYTHON}/lib"
    return [f"{_LIBRARIES}/{os.path.basename(_loader())}", "--library-path", libraries, inside, *options]


def _loader() -> str:
    """Return the host's own loader of programs, which stands among its libraries."""
    return os.path.realpath(next(filter(os.path.exists, _LOADERS)))


def _is_too_long(spec: SandboxSpec) -> bool:
    """Tell whether the kernel might refuse to execute anything with such arguments, which it then has to say."""
    return sum(len(part) for part in (*spec.argv, *spec.env, *spec.env.values())) > _LONGEST_ARGUMENTS


@functools.cache
def tree_of(kind: Kind, *, own_kernel: bool) -> plan.Tree:
    """Return the root of a kind of container: the host's, and process 1's interpreter, code and wall."""
    whole = tree(kind.prefix)
    binds = [*whole.binds, (os.path.dirname(os.path.realpath(crucible.__file__)), f"{CODE}/crucible")]
    shown = any(OWN.prefix == path or OWN.prefix.startswith(f"{path}/") for path, _ in binds)
    if kind.prefix.startswith(MARK):
        binds.append((os.path.dirname(_loader()), _LIBRARIES))
        binds += [(path, _PYTHON + path.removeprefix(OWN.prefix)) for path in folders_of(OWN.prefix)]
    elif kind.command[0] == _OWN_INTERPRETER and not shown:
        binds += [(path, path) for path in folders_of(OWN.prefix)]
    build = seccomp.build_wall_of_sessions if kind.session else seccomp.build_wall
    wall = json.dumps(build(own_kernel=own_kernel).described())
    return whole.changed(binds=binds, files=[*whole.files, (WALL, wall)])
