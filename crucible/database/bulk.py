"""Many rows at once.

PostgreSQL takes a statement's time for each row of an INSERT that is executed again and again, and a thousand
submissions are more than four thousand rows. COPY is one statement for all of them, under the same constraints and
in the same transaction.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from crucible.database.postgres import as_sqlalchemys, driver_of

FEWEST_COPIED = 8
"""Rows for which a COPY takes no longer than they would one by one."""

_Process = Callable[[Any], Any] | None


async def insert_rows(connection: AsyncConnection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that name the same columns. Raises IntegrityError as any INSERT does."""
    if len(rows) < FEWEST_COPIED or connection.dialect.name != "postgresql":
        await connection.execute(_insert_into(table), rows)
        return
    names = tuple(rows[0])
    statement = _copy_to(table, names, connection.dialect)
    processes = [_process_of(table.c[name], connection.dialect) for name in names]
    driver = await driver_of(connection)
    if driver.pgconn.pipeline_status:  # within `together`, where no COPY may be
        await connection.execute(_insert_into(table), rows)
        return
    with as_sqlalchemys(connection, statement):
        async with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                await copy.write_row(
                    [
                        process(row[name]) if process else row[name]
                        for name, process in zip(names, processes, strict=True)
                    ]
                )


@lru_cache(maxsize=64)
def _insert_into(table: sa.Table) -> sa.Insert:
    return table.insert()


@lru_cache(maxsize=64)
def _copy_to(table: sa.Table, names: tuple[str, ...], dialect: sa.Dialect) -> str:
    quote = dialect.identifier_preparer.quote
    return f"COPY {quote(table.name)} ({', '.join(map(quote, names))}) FROM STDIN"


@lru_cache(maxsize=512)
def _process_of(column: sa.Column[Any], dialect: sa.Dialect) -> _Process:
    """Return what turns a column's value into what the driver takes."""
    return column.type.dialect_impl(dialect).bind_processor(dialect)
