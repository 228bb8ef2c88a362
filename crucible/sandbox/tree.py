"""Which parts of the host a sandbox shows: the system's programs, its libraries, one runtime; nobody's files."""

import functools
import os
import pwd
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from crucible.sandbox.images import MARK
from crucible.sandbox.plan import PROGRAM_UID, WORKSPACE, Tree

_SYSTEM = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
"""Links into /usr on a current distribution, folders on an old one."""

_OF_AN_INTERPRETER = ("bin", "include", "lib", "lib64", "libexec")
"""Of a folder that is not its alone, what an interpreter needs."""

_SHARED_FILES = ("/etc/ld.so.cache", "/etc/alternatives")

NAMES = tuple(
    (f"{os.path.dirname(__file__)}/etc/{name}", f"/etc/{name}") for name in ("hostname", "hosts", "resolv.conf")
)
"""Files that say what is known by name, and where they stand inside; an engine can mount them, too."""


def accounts(user: int) -> tuple[tuple[str, str], ...]:
    """Return the files that name the program's user and its group, which has the same number: path and content."""
    return (
        (
            "/etc/passwd",
            f"root:x:0:0:root:/root:/usr/sbin/nologin\nsandbox:x:{user}:{user}:sandbox:/tmp:/bin/sh\n",
        ),
        ("/etc/group", f"root:x:0:\nsandbox:x:{user}:\n"),
    )


_MADE_UP = (
    *accounts(PROGRAM_UID),
    ("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n"),
    *((path, Path(file).read_text()) for file, path in NAMES),
)

_SHOWN_IN_PROC = frozenset(
    (
        *("cgroups", "cpuinfo", "filesystems", "loadavg", "meminfo", "mounts"),
        *("net", "self", "stat", "thread-self", "uptime", "version"),
    )
)
"""What programs read. All else that a kernel or its modules have there shows the host or its other tenants."""

_READ_BY_RUNC: Final = "/proc/sys/kernel/cap_last_cap"

ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "HOME": "/tmp",  # noqa: S108 - inside of the sandbox
    "TMPDIR": "/tmp",  # noqa: S108 - inside of the sandbox
    "LANG": "C.UTF-8",
    "USER": "sandbox",
}
"""All that a program inherits; a submission's own variables come on top."""


_PRELOADED = "/etc/ld.so.preload"
"""Names libraries that a loader puts into every program: a container's process 1 is one."""

_OURS_IN_AN_IMAGE = frozenset({"dev", "proc", "sys", "run", "tmp", WORKSPACE.strip("/")})
"""What the sandbox makes itself, whatever the image has there."""


@functools.cache
def tree(prefix: str) -> Tree:
    """Return the root for a runtime whose interpreter lives below `prefix`, or in the image that it names."""
    if prefix.startswith(MARK):
        return _image(prefix.removeprefix(MARK))
    links = [(path, os.readlink(path)) for path in _SYSTEM if os.path.islink(path)]
    folders = [path for path in _SYSTEM if os.path.isdir(path) and not os.path.islink(path)]
    shown = ["/usr", *folders, *(path for path in _SHARED_FILES if os.path.exists(path))]
    if not any(prefix == folder or prefix.startswith(f"{folder}/") for folder in shown):
        shown += folders_of(prefix)
    return Tree(
        binds=[(path, path) for path in shown],
        links=links,
        files=list(_MADE_UP),
        masked=masked(),
    )


def folders_of(prefix: str) -> list[str]:
    """Return which folders are shown for an interpreter that was installed in `prefix`.

    One with `--prefix=$HOME/.local` has for neighbours what a user's other programs keep, and Crucible's own data;
    one with `$HOME` has all that the user has.
    """
    if not _is_somebodys(os.path.realpath(prefix)):
        return [prefix]
    parts = (os.path.join(prefix, name) for name in _OF_AN_INTERPRETER)
    return [path for path in parts if os.path.isdir(path) and path not in _SYSTEM]


def _is_somebodys(folder: str) -> bool:
    """Tell whether a folder is a home, or what a home has for programs, or one that our own user's home is in."""
    home = os.path.realpath(os.path.expanduser("~"))
    if os.path.basename(folder) == ".local" or f"{home}/".startswith(f"{folder.rstrip('/')}/"):
        return True
    try:
        return os.path.realpath(pwd.getpwuid(os.stat(folder).st_uid).pw_dir) == folder
    except (KeyError, FileNotFoundError):  # its owner has no account, or it is a folder in an image alone
        return False


def _image(folder: str) -> Tree:
    """Return the root that shows an image's folder.

    The engines mount what is named here, following links of the *host*: so links are made anew, inside, and only
    folders and files are mounted. `/etc` is taken apart, since some of it is the sandbox's; all is, where it is no
    folder. Names with a leading dot are those of the folders that engines have for themselves.
    """
    shown = Tree(binds=[], links=[], files=list(_MADE_UP), masked=masked())
    ours = {_PRELOADED, *(path for path, _ in _MADE_UP)}
    for name in sorted(os.listdir(folder)):
        if name == "etc":
            own = stat.S_ISDIR(os.lstat(f"{folder}/etc").st_mode)
            for inner in sorted(os.listdir(f"{folder}/etc")) if own else ():
                if f"/etc/{inner}" not in ours:
                    _show(shown, f"{folder}/etc/{inner}", f"/etc/{inner}")
        elif name not in _OURS_IN_AN_IMAGE and not name.startswith("."):
            _show(shown, f"{folder}/{name}", f"/{name}")
    return shown


def _show(shown: Tree, source: str, path: str) -> None:
    mode = os.lstat(source).st_mode
    if stat.S_ISLNK(mode):
        shown.links.append((path, os.readlink(source)))
    elif stat.S_ISDIR(mode) or stat.S_ISREG(mode):
        shown.binds.append((source, path))


def masked(processes: str = "/proc") -> list[str]:
    """Return what of /proc is hidden: but for processes and what is shown, whatever anybody may read."""
    names = (name for name in sorted(os.listdir(processes)) if not name.isdecimal() and name not in _SHOWN_IN_PROC)
    return [f"/proc/{name}" for name in names if _anybody_may_read(f"{processes}/{name}")]


@functools.cache
def masked_for_runc() -> list[str]:
    """Return what to mask where runc makes the container.

    Since 1.3 it reads one number behind the masks and fails without: moby/sys/capability/capability_linux.go.
    Of each folder on the way to it the rest is masked.
    """
    return [path for one in masked() for path in (_around(one) if _READ_BY_RUNC.startswith(f"{one}/") else [one])]


def _around(folder: str) -> Iterator[str]:
    for name in sorted(os.listdir(folder)):
        path = f"{folder}/{name}"
        if _READ_BY_RUNC.startswith(f"{path}/"):
            yield from _around(path)
        elif path != _READ_BY_RUNC and _anybody_may_read(path):
            yield path


def _anybody_may_read(path: str) -> bool:
    """Whether a file exists and doesn't belong to host root alone, which nobody inside can be."""
    try:
        return bool(os.stat(path).st_mode & stat.S_IROTH)
    except FileNotFoundError:
        return False
