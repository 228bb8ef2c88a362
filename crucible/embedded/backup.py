"""A copy of what a Crucible on this machine keeps, taken while it runs or not.

The database is copied first, as of one moment, and blobs after it: a blob is whole before the row that names it is
written, and never changed, and none is removed meanwhile, so whatever the copied rows name is there. What was made
in between may be there without a row, and does no harm. A copy that broke off has another name than one that is
whole, and is removed.
"""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from crucible.blobs.file import nothing_removed
from crucible.database.copying import copy
from crucible.domain.errors import InvalidRequestError, StorageUnavailableError
from crucible.settings import Settings


@dataclass(frozen=True, slots=True)
class Backup:
    """What was copied."""

    folder: Path
    database_bytes: int
    blobs: int
    blob_bytes: int


def back_up(settings: Settings, folder: Path) -> Backup:
    """Copy database and blobs to a folder that is new, which can be served in place of the data folder.

    Raises InvalidRequestError where there is nothing to copy or the folder is there, StorageUnavailableError where
    it can't be written or the database is damaged.
    """
    if settings.database_url:
        raise InvalidRequestError(
            "the database is PostgreSQL's: see pg_dump for it, and copy the folder blobs after it"
        )
    database = settings.data / "crucible.sqlite3"
    if not database.exists():
        raise InvalidRequestError(f"{settings.data} has no database; --data names another folder")
    unfinished = folder.with_name(f"{folder.name}.part")
    for there in (folder, unfinished):
        if there.exists():
            raise InvalidRequestError(f"{there} is there already")
    try:
        unfinished.mkdir(mode=0o700, parents=True)
        with nothing_removed(settings.blobs_path):
            database_bytes = copy(database, unfinished / database.name)
            blobs = [_copy_blob(settings.blobs_path, blob, unfinished) for blob in _blobs(settings.blobs_path)]
        unfinished.rename(folder)
    except BaseException as error:
        shutil.rmtree(unfinished, ignore_errors=True)
        if not isinstance(error, OSError):
            raise
        raise StorageUnavailableError(f"{database} can't be copied to {folder}: {error}") from error
    return Backup(folder, database_bytes, len(blobs), sum(blobs))


def _blobs(root: Path) -> list[Path]:
    """Return what there is; a folder of a lost run that goes meanwhile is none that a row names."""

    def refuse(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            raise error

    found = os.walk(root, onerror=refuse)
    return [Path(folder, name) for folder, _, names in found for name in names if not name.endswith(".part")]


def _copy_blob(root: Path, blob: Path, folder: Path) -> int:
    target = folder / root.name / blob.relative_to(root)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        shutil.copy2(blob, target)
    except FileNotFoundError:  # of a run whose lease was lost, and that no row names
        return 0
    return target.stat().st_size
