"""Opening a file by one component of its path after the other, for a kernel that has no openat2, like gVisor's.

A link is followed by what it says. So one of /proc that stands for what is open is none: what it says is a name.
"""

import errno
import os

_FOLDER = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_MOST_LINKS = 40
"""As many as Linux follows."""


def open_by_steps(path: bytes, flags: int, mode: int) -> int:
    """Return a descriptor. Raises OSError as the kernel's own way of following a path does."""
    if not path:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
    here = os.open(_start(path), _FOLDER)
    left = _components(path)
    links = 0
    try:
        while True:
            name = left.pop(0)
            if not left:
                try:
                    return os.open(name, flags | os.O_NOFOLLOW, mode, dir_fd=here)
                except OSError as error:
                    if error.errno != errno.ELOOP:
                        raise
            target = _target(name, here)
            links += bool(target)
            if links > _MOST_LINKS:
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
            if target:
                left[:0] = _components(target)
                if not target.startswith(b"/"):
                    continue
            following = os.open(b"/" if target else name, _FOLDER, dir_fd=here)
            os.close(here)
            here = following
    finally:
        os.close(here)


def _start(path: bytes) -> bytes:
    return b"/" if path.startswith(b"/") else b"."


def _components(path: bytes) -> list[bytes]:
    """Return the names in a path; one that ends in a slash, or names the root alone, means a folder itself."""
    names = [name for name in path.split(b"/") if name]
    return [*names, b"."] if path.endswith(b"/") else names


def _target(name: bytes, folder: int) -> bytes | None:
    """Return what a link says, or None where it is none."""
    try:
        return os.readlink(name, dir_fd=folder)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        return None
