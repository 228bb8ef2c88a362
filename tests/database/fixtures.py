"""A migrated database for each test, on SQLite and on PostgreSQL, and what the rooms above work with.

A test that takes `database` runs on both. One that is about SQLite itself says so, by taking its file or by the
mark `sqlite`.
"""

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest
from private_servers import UNSAFE_AND_FAST, Postgres

from crucible.blobs.file import FileBlobs
from crucible.database.database import Database
from crucible.database.migrate import migrate
from crucible.queue.local import LocalDoorbell
from crucible.stream.memory import InProcessEventStream

_numbers = count()


class Cluster:
    """A PostgreSQL server, with a migrated database to be copied: a copy takes less time than the migrations."""

    def __init__(self, server: Postgres) -> None:
        self.server = server
        with self._connected() as connection:
            connection.execute("CREATE DATABASE migrated")
        migrate(server.url_of("migrated"))

    @contextmanager
    def database(self, *, template: str = "migrated") -> Iterator[str]:
        """Provide the address of a database of its own."""
        name = f"test_{next(_numbers)}"
        with self._connected() as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield self.server.url_of(name)
        with self._connected() as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _connected(self) -> psycopg.Connection:
        return psycopg.connect(self.server.url, autocommit=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    with Postgres(*UNSAFE_AND_FAST) as server:
        yield Cluster(server)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory) -> Path:
    """A database file to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "crucible.sqlite3"
    migrate(f"sqlite+aiosqlite:///{path}")
    return path


@pytest.fixture
def database_file(migrated_file: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(migrated_file, tmp_path / "crucible.sqlite3"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database_kind" in metafunc.fixturenames:
        about_sqlite = "database_file" in metafunc.fixturenames or metafunc.definition.get_closest_marker("sqlite")
        metafunc.parametrize("database_kind", ["sqlite"] if about_sqlite else ["sqlite", "postgresql"])


@pytest.fixture
def database_url(request: pytest.FixtureRequest, database_kind: str) -> Iterator[str]:
    if database_kind == "sqlite":
        yield f"sqlite+aiosqlite:///{request.getfixturevalue('database_file')}"
    else:
        with request.getfixturevalue("postgres").database() as url:
            yield url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = await Database.open(database_url, busy_timeout_seconds=0.2)
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
