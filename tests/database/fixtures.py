"""A migrated database for each test, and what the rooms above it work with."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from crucible.blobs.file import FileBlobs
from crucible.database.database import Database
from crucible.database.migrate import migrate
from crucible.queue.local import LocalDoorbell
from crucible.stream.memory import InProcessEventStream


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory) -> Path:
    """A database file to be copied: a copy takes less time than the migrations."""
    path = tmp_path_factory.mktemp("migrated") / "crucible.sqlite3"
    migrate(f"sqlite+aiosqlite:///{path}")
    return path


@pytest.fixture
def database_file(migrated_file: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(migrated_file, tmp_path / "crucible.sqlite3"))


@pytest.fixture
async def database(database_file: Path) -> AsyncIterator[Database]:
    database = await Database.open(f"sqlite+aiosqlite:///{database_file}", busy_timeout_seconds=0.2)
    yield database
    await database.close()


@pytest.fixture
def blobs(tmp_path: Path) -> FileBlobs:
    return FileBlobs(tmp_path / "blobs")


@pytest.fixture
def stream() -> InProcessEventStream:
    return InProcessEventStream()


@pytest.fixture
def doorbell() -> LocalDoorbell:
    return LocalDoorbell()
