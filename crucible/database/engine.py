"""How connections are made; the only place that knows what SQLite wants said first.

WAL lets readers go on while one writes; `synchronous=FULL` makes a commit mean "on disk"; `BEGIN IMMEDIATE`
takes the write lock before anything is read, so that no transaction finds at its end that it read what has
changed since. Readers are told `query_only`: a write that strays to one fails at once.
"""

from typing import Any

from sqlalchemy import URL, Connection, event, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from crucible.database import one_trip

_WAL_LIMIT_BYTES = 64 * 1024 * 1024
_SQLITE_PRAGMAS = ("synchronous=FULL", "foreign_keys=ON", f"journal_size_limit={_WAL_LIMIT_BYTES}")
_SQLITE_WRITER = ("journal_mode=WAL", *_SQLITE_PRAGMAS)
_SQLITE_READER = (*_SQLITE_PRAGMAS, "query_only=ON")


def writer_engine(url: str, *, busy_timeout_seconds: float) -> AsyncEngine:
    """Return the engine that writes: a single connection on SQLite, a pool elsewhere."""
    parsed = make_url(url)
    if not is_sqlite(parsed):
        return create_async_engine(parsed, pool_pre_ping=True)
    return _sqlite_engine(
        parsed,
        pragmas=_SQLITE_WRITER,
        begin="BEGIN IMMEDIATE",
        connections=1,
        busy_timeout_seconds=busy_timeout_seconds,
    )


def reader_engine(url: str, writer: AsyncEngine, *, connections: int, busy_timeout_seconds: float) -> AsyncEngine:
    """Return the engine that reads: connections of its own on SQLite, the writer's pool elsewhere."""
    parsed = make_url(url)
    if not is_sqlite(parsed):
        return writer
    return _sqlite_engine(
        parsed,
        pragmas=_SQLITE_READER,
        begin="BEGIN",
        connections=connections,
        busy_timeout_seconds=busy_timeout_seconds,
    )


def is_sqlite(url: URL) -> bool:
    """Whether the database is SQLite."""
    return url.get_backend_name() == "sqlite"


def _sqlite_engine(
    url: URL, *, pragmas: tuple[str, ...], begin: str, connections: int, busy_timeout_seconds: float
) -> AsyncEngine:
    engine = create_async_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=30,
        connect_args={
            "timeout": busy_timeout_seconds,
            "isolation_level": None,
            "async_creator_fn": one_trip.connect,
        },
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
