"""The database as the rest of Crucible meets it: units of work and views, each bound to whoever asks.

What a tenant's principal does goes through `unit_of_work` and `read`, whose repositories see that tenant's rows
and no others. What Crucible does for itself (claim, heartbeat, finish, reap) goes through the system's own, which
is another type: a handler that was given a tenant's can't ask across tenants with it.
"""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from datetime import datetime
from typing import Self

import sqlalchemy as sa
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from crucible.database.audit import AuditRepository
from crucible.database.batch_items import BatchItems
from crucible.database.batch_ledger import BatchLedger
from crucible.database.batches import BatchReader, BatchRepository
from crucible.database.bulk import FEWEST_COPIED
from crucible.database.claims import ClaimRepository
from crucible.database.clock import now
from crucible.database.dead_letters import DeadLetterReader, DeadLetterRepository
from crucible.database.engine import is_sqlite, reader_engine, writer_engine
from crucible.database.evaluations import EvaluationReader, EvaluationRepository
from crucible.database.events import EventReader, EventRepository
from crucible.database.failures import translated
from crucible.database.idempotency import IdempotencyRepository
from crucible.database.leases import LeaseRepository
from crucible.database.lines import LineRepository
from crucible.database.log_orders import LogOrderRepository
from crucible.database.measures import MeasureRepository
from crucible.database.pipeline_ledger import PipelineLedger
from crucible.database.pipelines import PipelineReader, PipelineRepository
from crucible.database.postgres import together
from crucible.database.results import ResultRepository
from crucible.database.retention import RetentionLedger
from crucible.database.schedules import ScheduleLedger, ScheduleReader, ScheduleRepository
from crucible.database.sessions import SessionLedger, SessionReader, SessionRepository
from crucible.database.signals import SignalReader
from crucible.database.statistics import StatisticsReader
from crucible.database.storage import StorageReader
from crucible.database.tally_ledger import TallyLedger
from crucible.database.tenants import TenantLedger
from crucible.database.transactions import (
    AfterCommit,
    ConcurrentTransactions,
    GroupedTransactions,
    Transaction,
    Transactions,
)
from crucible.database.waits import WaitReader
from crucible.database.webhooks import Outbox, WebhookReader, WebhookRepository
from crucible.database.workers import WorkerRepository
from crucible.domain.principal import Principal

_ANYTHING = sa.select(sa.literal(1))


class View:
    """What a tenant's principal may read."""

    def __init__(self, connection: AsyncConnection, principal: Principal) -> None:
        self._connection = connection
        self.evaluations = EvaluationReader(connection, principal.tenant_id)
        self.batches = BatchReader(connection, principal.tenant_id)
        self.pipelines = PipelineReader(connection, principal.tenant_id)
        self.schedules = ScheduleReader(connection, principal.tenant_id)
        self.sessions = SessionReader(connection, principal.tenant_id)
        self.events = EventReader(connection, principal.tenant_id)
        self.statistics = StatisticsReader(connection, principal.tenant_id)
        self.storage = StorageReader(connection, principal.tenant_id)
        self.waits = WaitReader(connection, principal.tenant_id)
        self.dead_letters = DeadLetterReader(connection, principal.tenant_id)
        self.webhooks = WebhookReader(connection, principal.tenant_id)

    async def now(self) -> datetime:
        """Return the present moment by the database's clock."""
        return await now(self._connection)


class _Work:
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def now(self) -> datetime:
        """Return this transaction's moment by the database's clock; the same one however often it is asked."""
        return await self._transaction.now()

    async def as_one(self) -> None:
        """Have all that follows be on disk together or not at all, as all of a unit of work is."""
        await self._transaction.as_one()

    def together(self, rows: int) -> AbstractAsyncContextManager[None]:
        """Write what a block inserts, so many rows a table at most, with as few waits for the database as it can.

        What was wrong with any of it may be raised at the block's end. Nothing may be read in the block.
        """
        return together(self._transaction.connection) if rows < FEWEST_COPIED else nullcontext()

    def once_seen(self, callback: AfterCommit) -> None:
        """Have something done as soon as transactions that begin in this process see this work.

        With PostgreSQL that is after the commit. SQLite's one writer is seen by the next one before this work is
        on disk, and who sees it there shares its commit: what comes of it is on disk with it, or neither is. After
        a commit that failed, the next one is awaited there, too. The callback itself must not wait for a
        transaction.
        """
        self._transaction.once_seen.append(callback)

    def after_commit(self, callback: AfterCommit) -> None:
        """Have something done once this work is on disk, and never where it is not."""
        self._transaction.after_commit.append(callback)


class TenantWork(_Work):
    """What a tenant's principal may read and write, in one transaction."""

    def __init__(self, transaction: Transaction, principal: Principal) -> None:
        super().__init__(transaction)
        connection = transaction.connection
        self.evaluations = EvaluationRepository(connection, principal.tenant_id)
        self.batches = BatchRepository(connection, principal.tenant_id)
        self.pipelines = PipelineRepository(connection, principal.tenant_id)
        self.schedules = ScheduleRepository(connection, principal.tenant_id)
        self.batch_items = BatchItems(connection, principal.tenant_id)
        self.sessions = SessionRepository(connection, principal.tenant_id)
        self.events = EventRepository(connection, principal.tenant_id)
        self.dead_letters = DeadLetterRepository(connection, principal.tenant_id)
        self.webhooks = WebhookRepository(connection, principal.tenant_id)
        self.idempotency = IdempotencyRepository(connection, principal.tenant_id)
        self.audit = AuditRepository(connection, principal)


class SystemWork(_Work):
    """What Crucible does for itself, in one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction)
        self.leases = LeaseRepository(transaction.connection)
        self.batches = BatchLedger(transaction.connection)
        self.lines = LineRepository(transaction.connection)
        self.claims = ClaimRepository(transaction)
        self.results = ResultRepository(transaction)
        self.pipelines = PipelineLedger(transaction.connection)
        self.schedules = ScheduleLedger(transaction.connection)
        self.sessions = SessionLedger(transaction.connection)
        self.workers = WorkerRepository(transaction.connection)
        self.signals = SignalReader(transaction.connection)
        self.outbox = Outbox(transaction.connection)
        self.tallies = TallyLedger(transaction.connection)
        self.retention = RetentionLedger(transaction.connection)
        self.measures = MeasureRepository(transaction.connection)
        self.log_orders = LogOrderRepository(transaction.connection)
        self.tenants = TenantLedger(transaction.connection)

    def audit_of(self, principal: Principal) -> AuditRepository:
        """Return where to record what a principal had Crucible do."""
        return AuditRepository(self._transaction.connection, principal)


class Database:
    """An open database. Its schema is `migrate`'s doing, before this."""

    def __init__(self, writer: AsyncEngine, reader: AsyncEngine, transactions: Transactions) -> None:
        self._writer = writer
        self._reader = reader
        self._transactions = transactions

    @classmethod
    async def open(
        cls, url: str, *, busy_timeout_seconds: float = 5.0, connections: int = 4, role: str = "up"
    ) -> Self:
        """Open the database, and find out whether it answers. Raises StorageUnavailableError.

        `connections`: how many of PostgreSQL's this role may hold, for all it does; of SQLite's, to read.
        """
        writer = writer_engine(url, connections=connections, busy_timeout_seconds=busy_timeout_seconds, role=role)
        reader = reader_engine(url, writer, connections=connections, busy_timeout_seconds=busy_timeout_seconds)
        grouped = is_sqlite(make_url(url))
        transactions = GroupedTransactions(writer) if grouped else ConcurrentTransactions(writer)
        database = cls(writer, reader, transactions)
        try:
            await database.check()
        except BaseException:
            await database.close()
            raise
        return database

    async def close(self) -> None:
        """Close every connection."""
        await self._transactions.close()
        await self._reader.dispose()
        await self._writer.dispose()

    async def check(self) -> None:
        """Find out whether the database answers. Raises StorageUnavailableError."""
        with translated():
            async with self._reader.connect() as connection:
                await connection.execute(_ANYTHING)

    @asynccontextmanager
    async def read(self, principal: Principal) -> AsyncIterator[View]:
        """Read, at one moment, what is the principal's tenant's."""
        with translated():
            async with self._reader.connect() as connection:
                yield View(connection, principal)

    @asynccontextmanager
    async def unit_of_work(self, principal: Principal) -> AsyncIterator[TenantWork]:
        """Commit at the block's end, or nothing of it. Raises StorageUnavailableError."""
        async with self._transactions.begin() as transaction:
            yield TenantWork(transaction, principal)

    @asynccontextmanager
    async def system_unit_of_work(self) -> AsyncIterator[SystemWork]:
        """Commit at the block's end, or nothing of it. Raises StorageUnavailableError."""
        async with self._transactions.begin() as transaction:
            yield SystemWork(transaction)

    @asynccontextmanager
    async def system_steps(self) -> AsyncIterator[SystemWork]:
        """Do what one statement does, or what others may come between: each may be on disk by itself.

        On PostgreSQL that takes one message where a unit of work takes three; what is to be more than a statement
        begins with `as_one`. On SQLite it is a unit of work like any other. Raises StorageUnavailableError.
        """
        async with self._transactions.steps() as transaction:
            yield SystemWork(transaction)
