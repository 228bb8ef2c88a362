"""A copy of an SQLite database that is written meanwhile: as of one moment, by SQLite's own means, and checked."""

import sqlite3
from contextlib import closing
from pathlib import Path

from crucible.domain.errors import StorageUnavailableError


def copy(database: Path, to: Path) -> int:
    """Return how many bytes the copy has. Raises StorageUnavailableError where it can't be made or is damaged."""
    try:
        read_only = sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)
        with closing(read_only) as source, closing(sqlite3.connect(to)) as target:
            source.backup(target)
            found = target.execute("PRAGMA quick_check").fetchone()[0]
    except sqlite3.Error as error:
        raise StorageUnavailableError(f"{database} can't be copied to {to}: {error}") from error
    if found != "ok":
        raise StorageUnavailableError(f"{database} is damaged: {found}")
    return to.stat().st_size
