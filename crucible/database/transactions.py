"""Where transactions begin and end.

SQLite has one writer, and a commit costs a wait for the disk. So whoever waits for the writer when a transaction
begins joins it: each behind a savepoint of its own, one commit for all, and none is told of success before it.
The commit takes its place in the same queue, behind those who waited already and those who were woken by what its
first transaction wrote; so a group can't grow for ever.
"""

import asyncio
import inspect
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from typing import Protocol

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from crucible.database import one_trip, postgres
from crucible.database.clock import now
from crucible.database.failures import translated, unavailable

AfterCommit = Callable[[], Awaitable[None] | None]

_TURNS_TO_BEGIN = 2
"""Of the event loop, for what was begun with this work to be on its way before the commit takes a processor."""

# Said to SQLite itself: SQLAlchemy would give each savepoint a name of its own, and compile three statements anew.
_SAVEPOINT = "SAVEPOINT member"
_RELEASE = "RELEASE member"
_ROLL_BACK = "ROLLBACK TO member"

_log = structlog.stdlib.get_logger(__name__)


class Transaction:
    """A connection within a transaction, and what is to be done once that is on disk."""

    def __init__(self, connection: AsyncConnection, *, at: datetime | None) -> None:
        """Take its moment by the database's clock, where that was asked already."""
        self.connection = connection
        self._at = at
        self.once_seen: list[AfterCommit] = []
        self.after_commit: list[AfterCommit] = []

    async def now(self) -> datetime:
        """Return its moment by the database's clock."""
        if self._at is None:
            self._at = await now(self.connection)
        return self._at

    async def as_one(self) -> None:
        """Have all that follows be on disk together or not at all, as it is anyway but in `Transactions.steps`."""


class _Steps(Transaction):
    """Statements on PostgreSQL that are transactions by themselves, until they are to be one."""

    _are_one = False

    async def as_one(self) -> None:
        """See `Transaction`."""
        if not self._are_one:
            self._at = await postgres.begin(self.connection)
            self._are_one = True


class Transactions(Protocol):
    """A way to begin transactions that write."""

    def begin(self) -> AbstractAsyncContextManager[Transaction]:
        """Commit at the block's end, or roll back where it raises.

        Raises StorageUnavailableError where the database can't be written; then nothing was.
        """

    def steps(self) -> AbstractAsyncContextManager[Transaction]:
        """Have each statement of the block be a transaction by itself, where the database gains by that.

        From `Transaction.as_one` on, and where nothing is gained, it is as with `begin`. Raises
        StorageUnavailableError; what went before in the block may be on disk all the same.
        """

    async def close(self) -> None:
        """Give back what is kept between transactions."""


class ConcurrentTransactions:
    """Each transaction on a connection of its own, for a database that has many writers."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Transaction]:
        """See `Transactions`."""
        async with self.steps() as transaction:
            await transaction.as_one()
            yield transaction

    @asynccontextmanager
    async def steps(self) -> AsyncIterator[Transaction]:
        """See `Transactions`. A transaction of one statement needs no messages that begin and commit it."""
        with translated():
            async with self._engine.connect() as connection:
                await connection.begin()
                transaction = _Steps(connection, at=None)
                yield transaction
                await connection.commit()  # which says nothing where nothing was begun
        await _follow_up(transaction.once_seen)
        await _follow_up(transaction.after_commit)

    async def close(self) -> None:
        """See `Transactions`."""


class _Group:
    """Transactions that share a commit."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection
        self.members = 0
        self.after_commit: list[AfterCommit] = []
        self.commit: asyncio.Task[None]
        self.is_lost = False


class GroupedTransactions:
    """One transaction at a time on one connection; those that wait share the next commit."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._connection: AsyncConnection | None = None
        """The one connection, between two groups."""
        self._turn = asyncio.Lock()  # fair: first come, first served
        self._group: _Group | None = None
        self._refusal: DBAPIError | None = None
        self._refused_at = 0.0
        self._is_in_doubt = False
        """Whether the last commit failed. What is begun before the next one would be in vain like what was."""

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Transaction]:
        """See `Transactions`."""
        with translated():
            arrived = time.monotonic()
            async with self._turn:
                group = self._group or await self._open(arrived)
                transaction = Transaction(group.connection, at=await now(group.connection))
                async with self._member(group):
                    yield transaction
                if self._is_in_doubt:
                    group.after_commit += transaction.once_seen
                else:
                    await _follow_up(transaction.once_seen)
                group.after_commit += transaction.after_commit
            await asyncio.shield(group.commit)

    def steps(self) -> AbstractAsyncContextManager[Transaction]:
        """See `Transactions`. The one writer, whose commits wait for the disk, gains nothing by more of them."""
        return self.begin()

    async def close(self) -> None:
        """See `Transactions`."""
        async with self._turn:
            if self._connection:
                await _release(self._connection)
                self._connection = None

    async def _open(self, arrived: float) -> _Group:
        if self._refusal and arrived < self._refused_at:
            # It waited as long as the one who was refused; having each wait in turn would take for ever.
            raise self._refusal
        connection, self._connection = self._connection or await self._engine.connect(), None
        try:
            await connection.exec_driver_sql(one_trip.WRITE)
        except BaseException as error:
            if isinstance(error, DBAPIError):
                self._refusal, self._refused_at = error, time.monotonic()
            await _release(connection)
            raise
        self._refusal = None
        group = self._group = _Group(connection)
        group.commit = asyncio.create_task(self._commit(group))
        group.commit.add_done_callback(_retrieve)
        return group

    @asynccontextmanager
    async def _member(self, group: _Group) -> AsyncIterator[None]:
        is_first = not group.members
        if not is_first:
            await one_trip.perform(group.connection, _SAVEPOINT)
        try:
            yield
            if not is_first:
                await one_trip.perform(group.connection, _RELEASE)
        except BaseException:
            if is_first:
                await self._abandon(group)
                raise
            try:
                await one_trip.perform(group.connection, _ROLL_BACK)
            except DBAPIError:
                # On a full disk SQLite may roll the whole transaction back by itself, and the others with it.
                await self._abandon(group)
            raise
        group.members += 1

    async def _abandon(self, group: _Group) -> None:
        self._group = None
        group.is_lost = True
        await _release(group.connection)

    async def _commit(self, group: _Group) -> None:
        await asyncio.sleep(0)  # whoever was woken by what can be seen now is let in first
        async with self._turn:
            if group.is_lost:
                if group.members:
                    raise unavailable("another write broke off, and this one with it")
                return
            for _ in range(_TURNS_TO_BEGIN):
                await asyncio.sleep(0)
            self._group = None
            try:
                await group.connection.commit()
            except BaseException:
                self._is_in_doubt = True
                await _release(group.connection)
                raise
            self._is_in_doubt = False
            self._connection = group.connection
        await _follow_up(group.after_commit)


async def _release(connection: AsyncConnection) -> None:
    """Give the connection back, even if the one who held it is cancelled once more: it is the only one."""
    await asyncio.shield(asyncio.ensure_future(connection.close()))


def _retrieve(commit: asyncio.Task[None]) -> None:
    """Take note of the commit's failure, for all who waited for it may have been cancelled."""
    if not commit.cancelled():
        commit.exception()


async def _follow_up(callbacks: list[AfterCommit]) -> None:
    for callback in callbacks:
        try:
            result = callback()
            if inspect.isawaitable(result):
                await result
        except Exception:  # noqa: BLE001 - the rows are on disk; whoever polls the table repairs what was missed
            _log.exception("a step after the commit failed")
