"""Runs a command as an ordinary user of this host, from tests that run as root.

The interpreter and the checkout may lie below a folder that is closed to others, /root above all. Then the command
gets a mount namespace in which such a folder holds nothing but the way to them: on the host, nothing is opened.

Run as `python ordinary_user.py UID COMMAND...`; `command` returns that.
"""

import ctypes
import os
import stat
import sys
from pathlib import Path
from typing import Final

_FIRST_USER: Final = 1_500_000_000
"""Nobody's: each run of the tests is a user of its own, so that no other program pays for what controls use up."""
ROOT: Final = Path(__file__).resolve().parent.parent.parent
_CLONE_NEWNS: Final = 0x0002_0000
_MS_BIND_REC: Final = 0x1000 | 0x4000
_MS_PRIVATE_REC: Final = 0x4_0000 | 0x4000
_libc = ctypes.CDLL(None, use_errno=True)


def python() -> str:
    """Return the interpreter that runs the tests, as a path that is no link out of the virtual environment."""
    return os.path.realpath(sys.executable)


def command(arguments: list[str], *, namespaces: bool = False) -> list[str]:
    """Return the command that runs another as an ordinary user, or as root of namespaces of that user's."""
    if namespaces:
        own = [
            "--user",
            "--map-root-user",
            "--mount",
            "--pid",
            "--fork",
            "--mount-proc",
            "--net",
            "--ipc",
            "--uts",
        ]
        arguments = ["unshare", *own, "--cgroup", "--kill-child", *arguments]
    if os.geteuid() != 0:
        return arguments
    return [python(), "-I", __file__, str(_FIRST_USER + os.getpid()), *arguments]


def needed() -> list[Path]:
    """Return the folders that the command must be able to read."""
    return [Path(sys.base_prefix).resolve(), ROOT]


def closed_above(path: Path) -> Path | None:
    """Return the outermost folder above `path` that others may not pass through."""
    for parent in reversed(path.parents):
        if not parent.stat().st_mode & stat.S_IXOTH:
            return parent
    return None


def open_the_way(paths: list[Path]) -> None:
    """Have everybody in a mount namespace of this process's own reach `paths`."""
    _check(_libc.unshare(_CLONE_NEWNS))
    _mount(b"none", b"/", None, _MS_PRIVATE_REC, None)
    held = [(path, closed, os.open(path, os.O_PATH)) for path in paths if (closed := closed_above(path))]
    for closed in {closed for _, closed, _ in held}:
        _mount(b"way", bytes(closed), b"tmpfs", 0, b"mode=755,size=1m")
    for path, _, descriptor in held:
        path.mkdir(parents=True, exist_ok=True)
        _mount(f"/proc/self/fd/{descriptor}".encode(), bytes(path), None, _MS_BIND_REC, None)


def _mount(source: bytes, target: bytes, kind: bytes | None, flags: int, data: bytes | None) -> None:
    _check(_libc.mount(source, target, kind, ctypes.c_ulong(flags), data))


def _check(result: int) -> None:
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def main() -> None:
    """Become the command."""
    here = Path.cwd()
    open_the_way(needed())
    os.chdir(here)
    user = int(sys.argv[1])
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606 - there is no shell, which is the point


if __name__ == "__main__":
    main()
