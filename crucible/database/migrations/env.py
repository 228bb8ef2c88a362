"""How Alembic reaches the database: one connection, one transaction, the address that `migrate` was given."""

import sqlite3

from alembic import context
from sqlalchemy import Connection, NullPool, create_engine, event
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


engine = create_engine(context.config.attributes["url"], poolclass=NullPool)
if engine.dialect.name == "sqlite":
    event.listen(engine, "connect", _keep_ddl_in_transactions)
    event.listen(engine, "begin", _begin)

with engine.begin() as connection:
    context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
    context.run_migrations()
