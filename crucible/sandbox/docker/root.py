"""The root file system of a container: an image that the engine has no registry for, imported once by its content.

It is almost empty: links, mount points and the few files that are made up for a sandbox;
the host's own minimal tree, or a named image's folder, is mounted over it, read-only.
"""

import functools
import hashlib
import io
import tarfile
from dataclasses import dataclass

from crucible.sandbox.docker import accounts
from crucible.sandbox.docker.entrance import HIDDEN, entrance
from crucible.sandbox.plan import WORKSPACE, WRITABLE
from crucible.sandbox.tree import NAMES
from crucible.sandbox.tree import tree as host_tree

REPOSITORY = "crucible-root"
_MOUNT_POINTS = ("/proc", "/dev", "/sys", "/etc", "/.scratch", accounts.FOLDER, *WRITABLE)
_READABLE = 0o755
_SECRET = 0o700
_SHARED = 0o1777


@dataclass(frozen=True, slots=True)
class Root:
    """An image to be, and what is mounted over it."""

    archive: bytes
    binds: list[tuple[str, str]]

    @property
    def tag(self) -> str:
        """What names the content."""
        return hashlib.sha256(self.archive).hexdigest()[:32]

    @property
    def image(self) -> str:
        """The image's whole name."""
        return f"{REPOSITORY}:{self.tag}"


@functools.cache
def of_host(prefix: str) -> Root:
    """Return the root for a runtime whose interpreter lives below `prefix`, or in the image that it names."""
    doors, tree = entrance(), host_tree(prefix)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        _add_folder(archive, HIDDEN, _SECRET)
        made = {HIDDEN}
        for path in (*_MOUNT_POINTS, *(inside for _, inside in doors.binds)):
            _add_folders(archive, path, made)
        for path, target in (*tree.links, *accounts.links()):
            _add_parents(archive, path, made)
            link = tarfile.TarInfo(path.lstrip("/"))
            link.type, link.linkname = tarfile.SYMTYPE, target
            archive.addfile(link)
        for path, content in tree.files:
            if path not in accounts.PATHS:
                _add_parents(archive, path, made)
                _add_file(archive, path, content.encode())
        for _, path in tree.binds:
            _add_parents(archive, path, made)
    # An engine puts empty files of its own where an image has these, and so they are mounted.
    return Root(buffer.getvalue(), [*tree.binds, *doors.binds, *NAMES])


def _add_parents(archive: tarfile.TarFile, path: str, made: set[str]) -> None:
    _add_folders(archive, path.rpartition("/")[0], made)


def _add_folders(archive: tarfile.TarFile, path: str, made: set[str]) -> None:
    parts = path.strip("/").split("/")
    for depth in range(1, len(parts) + 1):
        folder = "/" + "/".join(parts[:depth])
        if folder not in made and folder != "/":
            made.add(folder)
            _add_folder(archive, folder, _READABLE)


def _add_folder(archive: tarfile.TarFile, path: str, mode: int) -> None:
    folder = tarfile.TarInfo(path.lstrip("/"))
    folder.type, folder.mode = tarfile.DIRTYPE, _SHARED if path in WRITABLE and path != WORKSPACE else mode
    archive.addfile(folder)


def _add_file(archive: tarfile.TarFile, path: str, content: bytes) -> None:
    file = tarfile.TarInfo(path.lstrip("/"))
    file.size, file.mode = len(content), 0o644
    archive.addfile(file, io.BytesIO(content))
