"""The schema and its history, applied from within: whoever starts a Crucible has its tables in order.

Runs before anything else opens the database, in a transaction, so that what fails leaves what was. Of roles that
start at once, one migrates and the others wait for it. A new database gets the tables as they are declared, which
is what all migrations together make of it (there is a test), in a fraction of the time; Alembic is asked where
there is something to migrate, and only then imported.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy import Connection, NullPool, make_url
from sqlalchemy.pool import ConnectionPoolEntry

from crucible.database.engine import POSTGRES_DRIVER, is_sqlite
from crucible.database.failures import PRIMARY_CODE, translated
from crucible.database.tables import metadata, tenants
from crucible.domain.errors import CrucibleError
from crucible.domain.principal import LOCAL_TENANT

if TYPE_CHECKING:
    from alembic.config import Config

_MIGRATIONS = Path(__file__).parent / "migrations"
_NEWEST = max(path.name for path in (_MIGRATIONS / "versions").glob("[0-9]*.py"))[:4]
_VERSION = sa.Table(
    "alembic_version",
    sa.MetaData(),
    sa.Column("version_num", sa.String(32), nullable=False),
    sa.PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
"""Where Alembic keeps the revision, as it makes it itself."""
_TURN = 0x43525543  # any number will do, as long as everybody who migrates takes the same
_CONNECT = {"postgresql": {"connect_timeout": 5, "application_name": "crucible migrate"}}


class DatabaseUnusableError(CrucibleError):
    """What is there is no database of this Crucible's: it is damaged, or a newer one's. Waiting mends neither."""

    slug = "database-unusable"
    title = "Database unusable"


def migrate(url: str) -> None:
    """Bring the database to the newest revision, making it where there is none.

    Raises StorageUnavailableError, and DatabaseUnusableError where it is damaged or of a newer Crucible.
    """
    with translated(), _damage_told(url):
        with transaction(url) as connection:
            revision = _revision(connection)
            if revision is None and not sa.inspect(connection).get_table_names():
                _make(connection)
                revision = _NEWEST
        if revision is not None and revision > _NEWEST:
            raise DatabaseUnusableError(
                f"the database {_place(url)} is of a newer Crucible: revision {revision}, and {_NEWEST} is the "
                "newest here. Start that Crucible, or this one on a backup of before"
            )
        if revision != _NEWEST:
            from alembic import command  # noqa: PLC0415 - some 100 ms that most starts don't need

            command.upgrade(configuration(url), "head")


@contextmanager
def _damage_told(url: str) -> Iterator[None]:
    try:
        yield
    except sa.exc.DatabaseError as error:
        code = getattr(error.orig, "sqlite_errorcode", 0)
        if code & PRIMARY_CODE not in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
            raise
        raise DatabaseUnusableError(
            f"the database {_place(url)} is damaged: {error.orig}. Start on a backup, and keep the file: the "
            "command sqlite3 can .recover much of it"
        ) from error


def _place(url: str) -> str:
    """Return where a database is, without what is secret."""
    return make_url(url).database or "without a name"


def _revision(connection: Connection) -> str | None:
    """Return what the database was brought to; nothing where it has no tables of ours."""
    if not sa.inspect(connection).has_table(_VERSION.name):
        return None
    return connection.scalar(sa.select(_VERSION.c.version_num))


def _make(connection: Connection) -> None:
    """Make all tables, and the one tenant of an embedded Crucible.

    The indexes of some rows come last: of two that serve a query alike, SQLite takes the one that was made later.
    """
    for table in metadata.sorted_tables:
        connection.execute(sa.schema.CreateTable(table))
    indexes = [index for table in metadata.sorted_tables for index in table.indexes]
    for index in sorted(indexes, key=lambda index: (_is_of_some_rows(index), index.name or "")):
        connection.execute(sa.schema.CreateIndex(index))
    connection.execute(
        tenants.insert().values(id=LOCAL_TENANT, name="Local", created_at=sa.func.current_timestamp())
    )
    _VERSION.create(connection)
    connection.execute(_VERSION.insert().values(version_num=_NEWEST))


def _is_of_some_rows(index: sa.Index) -> bool:
    return index.dialect_options["sqlite"]["where"] is not None


@contextmanager
def transaction(url: str) -> Iterator[Connection]:
    """Provide a transaction in which nobody else changes tables."""
    address = make_url(synchronous(url))
    arguments = _CONNECT.get(address.get_backend_name(), {})
    engine = sa.create_engine(address, poolclass=NullPool, connect_args=arguments)
    if is_sqlite(address):
        sa.event.listen(engine, "connect", _keep_ddl_in_transactions)
        sa.event.listen(engine, "begin", _begin)
    with engine.begin() as connection:
        if not is_sqlite(address):  # whose write lock lets one in at a time anyway
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_TURN})")
        yield connection


def _keep_ddl_in_transactions(connection: sqlite3.Connection, _record: ConnectionPoolEntry) -> None:
    """Keep SQLite's driver from beginning and committing by itself around each statement."""
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def configuration(url: str) -> "Config":
    """Return Alembic's configuration for this database."""
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["url"] = url
    return config


def synchronous(url: str) -> str:
    """Return the address of the same database for who waits where it asks."""
    parsed = make_url(url)
    parsed = parsed.set(drivername="sqlite" if is_sqlite(parsed) else POSTGRES_DRIVER)
    return parsed.render_as_string(hide_password=False)
