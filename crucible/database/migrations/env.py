"""How Alembic reaches the database: one connection, one transaction, the address that `migrate` was given."""

import sqlite3

from alembic import context
from sqlalchemy import Connection, NullPool, create_engine, event, make_url
from sqlalchemy.pool import ConnectionPoolEntry

from crucible.database.tables import metadata


def _keep_ddl_in_transactions(connection: sqlite3.Connection, _record: ConnectionPoolEntry) -> None:
    """Keep SQLite's driver from beginning and committing by itself around each statement."""
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


_TURN = 0x43525543  # any number will do, as long as everybody who migrates takes the same
_CONNECT = {"postgresql": {"connect_timeout": 5, "application_name": "crucible migrate"}}


def _wait_for_our_turn(connection: Connection) -> None:
    """Have PostgreSQL let one in at a time; SQLite's write lock does so anyway."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_TURN})")


url = make_url(context.config.attributes["url"])
engine = create_engine(url, poolclass=NullPool, connect_args=_CONNECT.get(url.get_backend_name(), {}))
if engine.dialect.name == "sqlite":
    event.listen(engine, "connect", _keep_ddl_in_transactions)
    event.listen(engine, "begin", _begin)

with engine.begin() as connection:
    _wait_for_our_turn(connection)
    context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
    context.run_migrations()
