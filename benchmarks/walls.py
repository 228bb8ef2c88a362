"""What a sandbox's walls take where nothing else is done: `python -m benchmarks.walls`.

Compiles `walls.c`, which puts up the walls of a sandbox of the `namespaces` engine and ends, and runs it with this
project's filter of system calls and what it masks in /proc. What the engine takes beyond that is the interpreter's
and the program's. Needs root and a C compiler.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from crucible.sandbox import seccomp
from crucible.sandbox.tree import tree


def measure(compiler: str) -> str:
    """Return what it takes, in words. Raises CalledProcessError where it can't be measured here."""
    with tempfile.TemporaryDirectory() as folder:
        program, calls = Path(folder, "walls"), Path(folder, "filter")
        calls.write_bytes(seccomp.build_wall().program)
        subprocess.run([compiler, "-O2", "-o", program, Path(__file__).with_suffix(".c")], check=True)
        command = [str(program), str(calls), *tree(sys.prefix).masked]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def main() -> int:
    """Print a line."""
    compiler = shutil.which("cc")
    if os.geteuid() != 0 or compiler is None:
        print("it takes root and a C compiler", file=sys.stderr)
        return 2
    print(measure(compiler))
    return 0


if __name__ == "__main__":
    sys.exit(main())
