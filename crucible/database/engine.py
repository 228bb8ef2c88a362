"""How connections are made; the only place that knows what each database wants said first.

SQLite: WAL lets readers go on while one writes; `synchronous=FULL` makes a commit mean "on disk". Readers are told
`query_only`: a write that strays to one fails at once. Transactions are begun by who knows what they are for: the
writer's with its lock, before anything is read, so that none finds at its end that it read what has changed since;
a reader's with its first statement.

PostgreSQL: one pool for both. Readers get REPEATABLE READ, so that all of a view is of one moment, and READ ONLY
for the same reason as there. No statement, lock or forgotten transaction may hold others up for ever, and a server
that is gone without a word is noticed.
"""

from functools import partial
from typing import Any

import msgspec
from sqlalchemy import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from crucible.database import one_trip, postgres

POSTGRES_DRIVER = "postgresql+psycopg"

_JSON: dict[str, Any] = {
    "json_serializer": lambda value: msgspec.json.encode(value).decode(),
    "json_deserializer": msgspec.json.decode,
}
"""Several times as quick as the standard library's, for some dozen values of each evaluation."""
_POOL_WAIT_SECONDS = 10
_POSTGRES_SESSION = {
    "timezone": "UTC",
    "statement_timeout": "30s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "60s",
}
_POSTGRES_CONNECT = {
    "connect_timeout": 5,
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}
_WAL_LIMIT_BYTES = 64 * 1024 * 1024
_SQLITE_PRAGMAS = ("synchronous=FULL", "foreign_keys=ON", f"journal_size_limit={_WAL_LIMIT_BYTES}")
_SQLITE_WRITER = ("journal_mode=WAL", *_SQLITE_PRAGMAS)
_SQLITE_READER = (*_SQLITE_PRAGMAS, "query_only=ON")


def writer_engine(url: str, *, connections: int, busy_timeout_seconds: float, role: str) -> AsyncEngine:
    """Return the engine that writes: a single connection on SQLite, a pool of so many on PostgreSQL."""
    parsed = make_url(url)
    if not is_sqlite(parsed):
        return _postgres_engine(parsed, connections=connections, role=role)
    return _sqlite_engine(
        parsed,
        pragmas=_SQLITE_WRITER,
        reads=False,
        connections=1,
        busy_timeout_seconds=busy_timeout_seconds,
    )


def reader_engine(url: str, writer: AsyncEngine, *, connections: int, busy_timeout_seconds: float) -> AsyncEngine:
    """Return the engine that reads: connections of its own on SQLite, the writer's pool on PostgreSQL."""
    parsed = make_url(url)
    if not is_sqlite(parsed):
        return writer.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return _sqlite_engine(
        parsed,
        pragmas=_SQLITE_READER,
        reads=True,
        connections=connections,
        busy_timeout_seconds=busy_timeout_seconds,
    )


def is_sqlite(url: URL) -> bool:
    """Whether the database is SQLite."""
    return url.get_backend_name() == "sqlite"


def _postgres_engine(url: URL, *, connections: int, role: str) -> AsyncEngine:
    session = " ".join(f"-c {name}={value}" for name, value in _POSTGRES_SESSION.items())
    engine = create_async_engine(
        url.set(drivername=POSTGRES_DRIVER),
        isolation_level="AUTOCOMMIT",  # transactions are begun by `postgres.begin`
        pool_size=connections,
        max_overflow=0,
        pool_timeout=_POOL_WAIT_SECONDS,
        pool_use_lifo=True,
        hide_parameters=True,  # programs and what they were given have no place in a log
        **_JSON,
        connect_args={**_POSTGRES_CONNECT, "options": session, "application_name": f"crucible {role}"},
    )
    postgres.ask_where_in_doubt(engine)  # a server that restarted costs a connection, and no request
    return engine


def _sqlite_engine(
    url: URL, *, pragmas: tuple[str, ...], reads: bool, connections: int, busy_timeout_seconds: float
) -> AsyncEngine:
    return create_async_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=30,
        **_JSON,
        connect_args={
            "timeout": busy_timeout_seconds,
            "isolation_level": None,
            "async_creator_fn": partial(one_trip.connect, pragmas=pragmas, reads=reads),
        },
    )
