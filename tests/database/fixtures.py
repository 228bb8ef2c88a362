"""A migrated database for each test, on SQLite and on PostgreSQL, and what the rooms above work with.

A test that takes `database` runs on both. One that is about SQLite itself says so, by taking its file or by the
mark `sqlite`.
"""

import shutil
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest
from private_servers import UNSAFE_AND_FAST, Postgres
from psycopg import sql

from crucible.blobs.file import FileBlobs
from crucible.database.database import Database
from crucible.database.migrate import migrate
from crucible.queue.local import LocalDoorbell
from crucible.stream.memory import InProcessEventStream

_numbers = count()
_POLL_SECONDS = 0.01
_MIGRATED = "migrated"
_CATALOGS = (
    "pg_class",
    "pg_attribute",
    "pg_constraint",
    "pg_trigger",
    "pg_proc",
    "pg_namespace",
    "pg_db_role_setting",
)
"""Where PostgreSQL writes down what a database is made of."""
_SHAPE = sql.SQL("SELECT {}, (SELECT xmin::text FROM pg_database WHERE datname = current_database())").format(
    sql.SQL(", ").join(
        sql.SQL("(SELECT (count(*), max(xmin::text::bigint))::text FROM {})").format(sql.Identifier(catalog))
        for catalog in _CATALOGS
    )
)
"""Is another one as soon as anything was added to a database's catalogs, changed or taken away."""
_END_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
"""Returns a row for each who is connected still, which a server that a test killed may be."""


class Cluster:
    """A PostgreSQL server, with a migrated database to be copied: a copy takes less time than the migrations.

    A copy is four hundred files, and takes as long as a dozen tests. So who comes next has the last one's, with
    the rows of a migrated one and no others, unless that one is of another shape by then.
    """

    def __init__(self, server: Postgres) -> None:
        self.server = server
        self._again: dict[str, tuple[str, ...]] = {}
        """Databases that are as they were migrated, each with its shape."""
        with self._connected() as connection:
            connection.execute(f"CREATE DATABASE {_MIGRATED}")
        migrate(server.url_of(_MIGRATED))
        self._tables: list[tuple[sql.Identifier, str | None]] = []
        """Each table, and its rows in a migrated database as JSON."""
        with self._connected(_MIGRATED) as connection:
            for (name,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
                table = sql.Identifier(name)
                rows = connection.execute(sql.SQL("SELECT json_agg({0})::text FROM {0}").format(table))
                self._tables += [(table, *row) for row in rows]

    @contextmanager
    def database(self, *, template: str = _MIGRATED) -> Iterator[str]:
        """Provide the address of a database of its own."""
        if template == _MIGRATED and self._again:
            name, shape = self._again.popitem()
        else:
            name = f"test_{next(_numbers)}"
            with self._connected() as connection:
                connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
            with self._connected(name) as connection:
                shape = connection.execute(_SHAPE).fetchone() or ()
        yield self.server.url_of(name)
        if template == _MIGRATED and self._is_migrated_again(name, shape):
            self._again[name] = shape
        else:
            with self._connected() as connection:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _is_migrated_again(self, name: str, shape: tuple[str, ...]) -> bool:
        """Give a database the rows of a migrated one; return whether it is one now."""
        with self._connected(name) as connection:
            while connection.execute(_END_OTHERS).fetchone():
                time.sleep(_POLL_SECONDS)
            if connection.execute(_SHAPE).fetchone() != shape:
                return False
            connection.execute("SET session_replication_role = replica")  # no table has to wait for another
            with connection.transaction():
                delete = sql.SQL("DELETE FROM {}")
                connection.execute(sql.SQL("; ").join(delete.format(table) for table, _ in self._tables))
                insert = sql.SQL("INSERT INTO {0} SELECT * FROM json_populate_recordset(NULL::{0}, %s)")
                for table, rows in self._tables:
                    if rows:
                        connection.execute(insert.format(table), [rows])
        return True

    def _connected(self, name: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(self.server.url_of(name), autocommit=True)


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
