"""Rows are inserted past SQLAlchemy's compiler where that takes longer than the database does.

PostgreSQL takes a statement's time for each row of an INSERT that is executed again and again, and a thousand
submissions are more than four thousand rows. COPY is one statement for all of them, under the same constraints and
in the same transaction. SQLite takes some microseconds for a row, a fifth of what it costs to look up the compiled
statement and to arrange a row of thirty columns for it, so it is handed the text and the values.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from crucible.database.one_trip import perform
from crucible.database.postgres import as_sqlalchemys, driver_of

FEWEST_COPIED = 8
"""Rows for which a COPY takes no longer than they would one by one."""

_Process = Callable[[Any], Any] | None


async def insert_rows(connection: AsyncConnection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that name the same columns. Raises IntegrityError as any INSERT does."""
    dialect = connection.dialect
    names = tuple(rows[0])
    if dialect.name == "sqlite":
        values = [_values(row, _processes(table, names, dialect)) for row in rows]
        await perform(connection, _insert_text(table, names, dialect), values)
        return
    if len(rows) < FEWEST_COPIED:
        await connection.execute(_insert_into(table), rows)
        return
    statement = _copy_to(table, names, dialect)
    driver = await driver_of(connection)
    if driver.pgconn.pipeline_status:  # within `together`, where no COPY may be
        await connection.execute(_insert_into(table), rows)
        return
    with as_sqlalchemys(connection, statement):
        async with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                await copy.write_row(_values(row, _processes(table, names, dialect)))


def _values(row: Mapping[str, Any], processes: Sequence[tuple[str, _Process]]) -> tuple[Any, ...]:
    """Return a row's values as the driver takes them."""
    return tuple([process(row[name]) if process else row[name] for name, process in processes])


@lru_cache(maxsize=64)
def _insert_into(table: sa.Table) -> sa.Insert:
    return table.insert()


@lru_cache(maxsize=64)
def _insert_text(table: sa.Table, names: tuple[str, ...], dialect: sa.Dialect) -> str:
    marks = ", ".join("?" for _ in names)
    return f"INSERT INTO {_columns(table, names, dialect)} VALUES ({marks})"  # noqa: S608 - names of our own tables


@lru_cache(maxsize=64)
def _copy_to(table: sa.Table, names: tuple[str, ...], dialect: sa.Dialect) -> str:
    return f"COPY {_columns(table, names, dialect)} FROM STDIN"


def _columns(table: sa.Table, names: tuple[str, ...], dialect: sa.Dialect) -> str:
    quote = dialect.identifier_preparer.quote
    return f"{quote(table.name)} ({', '.join(map(quote, names))})"


@lru_cache(maxsize=64)
def _processes(table: sa.Table, names: tuple[str, ...], dialect: sa.Dialect) -> tuple[tuple[str, _Process], ...]:
    """Return the columns' names, each with what turns its value into what the driver takes."""
    return tuple((name, table.c[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in names)
