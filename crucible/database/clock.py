"""The one clock: the database's. No worker's own clock decides about a lease.

A transaction asks once and reckons with the answer, so that everything that it writes happened at one moment.
SQLite knows milliseconds; the digits after them are zeros, which makes the text sort as the moments do.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator


class Moment(TypeDecorator[datetime]):
    """A moment in UTC, aware on the way in and out whatever the database keeps."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Send it in UTC; SQLite has no zones and gets the bare digits."""
        if value is None:
            return None
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back what was stored, with its zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


class now(FunctionElement[datetime]):  # noqa: N801 - named and written as the SQL function that it is
    """The present moment by the database's clock, not the transaction's start."""

    type = Moment()
    inherit_cache = True
    name = "now"


@compiles(now)
def _standard(_element: now, _compiler: SQLCompiler, **_: Any) -> str:
    return "clock_timestamp()"


@compiles(now, "sqlite")
def _sqlite(_element: now, _compiler: SQLCompiler, **_: Any) -> str:
    return "strftime('%Y-%m-%d %H:%M:%f000', 'now')"
