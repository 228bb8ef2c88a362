"""Making an image of a root file system: of a folder, or of a tar archive such as `docker export` writes.

An archive is a stranger's: nothing of it may be written outside of the image, and nothing of the host may become
part of it, whatever its names and links say. Of what no sandbox would honour, devices and set-user-id bits,
nothing is kept: on the host, these would be root's. An image appears whole or not at all.

What a link of the archive's leads to is never asked. `tarfile` asks, and was wrong about it more than once
(CVE-2025-4517), or has no filters yet (Python 3.11.2, which is Debian 12's): they are not relied on.
"""

import copy
import os
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from crucible.domain.errors import ConflictError, CrucibleError, InvalidRequestError
from crucible.sandbox.images import NAME, Images

_READABLE = 0o755
_PERMISSIONS = 0o777
_PERMISSIONS_KEPT = 0o755
"""Of an archive's members: an image is everybody's to read, and nobody else's to write."""
_BYTES_PER_MEMBER = 4096
"""What an archive's member takes beside its content, as an empty file does."""


def import_image(images: Images, name: str, source: Path) -> Path:
    """Return the folder of an image that was made of a folder or of a tar archive, compressed or not.

    Raises InvalidRequestError for a name that is none or a source that can't be read, ConflictError where there is
    such an image, and CrucibleError where it can't be written, in which case nothing of it is left.
    """
    if not NAME.fullmatch(name):
        raise _invalid("name", f"must be lower-case letters, digits, '.', '_' and '-', at most 64; is {name!r}")
    target = images.folder / name
    if target.exists() or target.is_symlink():
        raise ConflictError(
            f"there is an image {name} already: {target}; remove that folder, or take another name"
        )
    if not source.exists():
        raise _invalid("source", f"must be a folder or a tar archive; there is no {source}")
    try:
        _make(images.folder, target, source)
    except (tarfile.TarError, EOFError, ValueError, zlib.error) as error:
        raise _invalid("source", f"must be a tar archive of a root file system: {source}: {error}") from error
    except OSError as error:
        raise CrucibleError(f"the image {name} could not be made in {images.folder}: {error}") from error
    return target


def _make(images: Path, target: Path, source: Path) -> None:
    images.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".importing-", dir=images) as folder:
        half = Path(folder) / target.name
        half.mkdir()
        if source.is_dir():
            _copy(source, half)
        else:
            _extract(source, half)
        if not any(half.iterdir()):
            raise _invalid("source", f"must be a root file system; {source} has nothing in it")
        half.chmod(_READABLE)
        half.rename(target)


def _copy(source: Path, target: Path) -> None:
    """Copy a folder, its links as they are; of what is neither file, folder nor link, nothing."""

    def others(folder: str, names: list[str]) -> list[str]:
        paths = {name: Path(folder) / name for name in names}
        return [
            name
            for name, path in paths.items()
            if not path.is_symlink() and not path.is_file() and not path.is_dir()
        ]

    try:
        shutil.copytree(source, target, symlinks=True, ignore=others, dirs_exist_ok=True, copy_function=_copy_file)
    except shutil.Error as error:
        path, _, reason = error.args[0][0]
        raise OSError(f"{path}: {reason}") from error


def _copy_file(source: str, target: str) -> None:
    """Copy a file's bytes, permissions and times, by which Python knows its compiled modules; nothing else."""
    status = os.lstat(source)
    shutil.copyfile(source, target, follow_symlinks=False)
    if not os.path.islink(target):
        os.chmod(target, status.st_mode & _PERMISSIONS)
        os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))


def _extract(source: Path, target: Path) -> None:
    """Unpack an archive. Raises tarfile.TarError: see `_kept`."""
    with tarfile.open(source) as archive:
        archive.extraction_filter = lambda member, _path: member  # not asked by a Python older than 3.11.4
        archive.extractall(target, _kept(archive, target))  # noqa: S202 - that is what `_kept` is for


def _kept(archive: tarfile.TarFile, target: Path) -> Iterator[tarfile.TarInfo]:
    """Yield what of an archive becomes part of an image, each when all before it is there.

    Raises tarfile.TarError where something of it would be outside, or all of it take more than half of the disk's
    free space: a small archive can become as large as any, and what else is on that disk needs some.
    """
    left = shutil.disk_usage(target).free // 2
    for member in archive:
        left -= member.size + _BYTES_PER_MEMBER
        if left < 0:
            raise tarfile.TarError(f"with {member.name!r} it would take more than half of the disk's free space")
        if member.isdev():
            continue
        place = _inside(target, member.name)
        if place.is_symlink():
            place.unlink()  # else what comes now would be written to where it leads
        kept = copy.copy(member)
        kept.name = str(place.relative_to(target))
        kept.mode &= _PERMISSIONS_KEPT
        if member.islnk():
            linked = _inside(target, member.linkname)
            if linked.is_symlink() or not linked.is_file():
                raise tarfile.TarError(f"{member.name!r} is a hard link to {member.linkname!r}, which is no file")
            kept.linkname = str(linked.relative_to(target))
        yield kept


def _inside(target: Path, name: str) -> Path:
    """Return where a name of an archive's is in the image, if nothing but folders leads there.

    Raises tarfile.TarError.
    """
    parts = [part for part in name.split("/") if part not in {"", "."}]
    if ".." in parts:
        raise tarfile.TarError(f"{name!r} would be outside of the image")
    place = target
    for part in parts[:-1]:
        place /= part
        if place.is_symlink():
            raise tarfile.TarError(f"{name!r} would be outside of the image, or is behind a link of it")
    return target.joinpath(*parts)


def _invalid(field: str, message: str) -> InvalidRequestError:
    return InvalidRequestError.of_field(field, message)
