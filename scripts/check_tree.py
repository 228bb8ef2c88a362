"""Holds the tree to what no linter knows: locks without addresses, and nothing that belongs to one machine.

A download address in a lock sends everybody who installs to that one host, past their own mirror; the path of
this checkout, or of this Python, works here alone. Prints each finding as `file:line: what`, and exits 1 if there
is any.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUNTIME_LOCK = Path("requirements/runtime.txt")
DEVELOPMENT_LOCK = Path("requirements/dev.txt")
NODE_LOCK = Path("requirements/node.txt")
LOCKS = (RUNTIME_LOCK, DEVELOPMENT_LOCK, NODE_LOCK)
WEB_LOCKS = (Path("web/package-lock.json"), Path("web/lighthouse/package-lock.json"))

_ADDRESS = re.compile(r"\w+://")
_OPTION = re.compile(r"^--")
_PIN = re.compile(r"^(?P<name>[a-z0-9][a-z0-9._-]*)(\[[a-z0-9,._-]+\])?==(?P<version>\S+)(?P<marker>( ;.*)?) \\$")
_HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$")
_COMMENT = re.compile(r"^\s*#")
_HERE = tuple({str(ROOT), sys.base_prefix} - {"/usr", "/usr/local"})


def tracked_files() -> list[Path]:
    """Return what git tracks, relative to the root."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S607 - git from PATH, as make found it
    return [Path(name) for name in listing.stdout.split("\0") if name]


def in_lock(path: Path, text: str) -> Iterator[str]:
    """Yield what a lock must not hold: an address, an option, a line that neither pins nor hashes."""
    hashes = 1
    for number, line in enumerate(text.splitlines(), 1):
        place = f"{path}:{number}"
        if _ADDRESS.search(line):
            yield f"{place}: an address; compile the lock with --no-emit-index-url"
        elif _OPTION.match(line):
            yield f"{place}: an option of an index; compile the lock with --no-emit-index-url"
        elif _HASH.match(line):
            hashes += 1
        elif _PIN.match(line):
            if not hashes:
                yield f"{place}: the package before this line has no hash"
            hashes = 0
        elif not _COMMENT.match(line):
            yield f"{place}: neither a pinned version nor a hash: {line.strip()!r}"
    if not hashes:
        yield f"{path}: its last package has no hash"


def pins(text: str) -> set[tuple[str, str, str]]:
    """Return each (name, version, marker) of a lock."""
    return {
        (match["name"], match["version"], match["marker"]) for match in map(_PIN.match, text.splitlines()) if match
    }


def between_locks(runtime: str, development: str) -> Iterator[str]:
    """Yield what is installed for users in a version that is not the one tested."""
    for name, version, marker in sorted(pins(runtime) - pins(development)):
        yield f"{DEVELOPMENT_LOCK}: lacks {name}=={version}{marker} of {RUNTIME_LOCK}; run make lock"


def in_any(path: Path, text: str) -> Iterator[str]:
    """Yield where a file names a path of this machine."""
    for number, line in enumerate(text.splitlines(), 1):
        for here in _HERE:
            if here in line:
                yield f"{path}:{number}: {here} is a path of this machine"


def in_web_lock(path: Path, text: str) -> Iterator[str]:
    """Yield where npm's lock names an address, or a package without its hash."""
    for name, package in json.loads(text)["packages"].items():
        if "resolved" in package:
            yield f"{path}: {name} has an address; install with web/.npmrc in force"
        if name and not package.get("integrity"):
            yield f"{path}: {name} has no hash"


def findings() -> Iterator[str]:
    """Yield everything that is wrong with the tree."""
    for path in LOCKS:
        yield from in_lock(path, (ROOT / path).read_text())
    for path in WEB_LOCKS:
        yield from in_web_lock(path, (ROOT / path).read_text())
    yield from between_locks((ROOT / RUNTIME_LOCK).read_text(), (ROOT / DEVELOPMENT_LOCK).read_text())
    for path in tracked_files():
        full = ROOT / path
        if full.is_symlink() or not full.is_file():
            continue
        try:
            text = full.read_text()
        except UnicodeDecodeError:
            continue
        yield from in_any(path, text)


def main() -> int:
    """Print the findings; return the exit code."""
    found = list(findings())
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
