"""Compiles the package, and what of it sandboxes import for each Python that they run, before any test does.

Process 1 of a container runs in an interpreter of this host that is seldom ours, and the package is shown to it
read-only, so that each container would compile each module anew. Bytecode that it finds it takes, as long as the
source is the one that it was made from. Outside, too, nothing is kept where `PYTHONDONTWRITEBYTECODE` says so, and
the tests start many processes. What that saves: ADR 69.
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import crucible
from crucible.domain.sandbox import SandboxSpec
from crucible.sandbox.oci.kind import OWN, kind_of
from crucible.sandbox.runtimes.on_host import discover

PACKAGE = Path(crucible.__file__).parent
INSIDE = (PACKAGE / "__init__.py", PACKAGE / "sandbox")
"""What of the package is imported inside."""


def compile_for(interpreters: Iterable[str], paths: Iterable[Path] = INSIDE) -> None:
    """Compile what isn't compiled yet. Raises CalledProcessError, after what was wrong is printed."""
    for interpreter in interpreters:
        subprocess.run([interpreter, "-I", "-m", "compileall", "-q", *map(str, paths)], check=True)


def interpreters() -> set[str]:
    """Return the interpreters that containers begin with, for the runtimes of this host."""
    found = asyncio.run(discover())
    kinds = (kind_of(SandboxSpec(runtime=runtime.report.name, code=""), runtime) for runtime in found)
    return {kind.command[0] for kind in (OWN, *kinds)}


def compile_ahead() -> None:
    """Compile what tests run, for each interpreter that runs it."""
    compile_for([sys.executable], [PACKAGE])
    compile_for(interpreters())
