"""What a process that runs nothing itself knows of those that do, from the table of workers."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import structlog

from crucible.database.database import Database
from crucible.domain.errors import ExecutorUnavailableError, StorageUnavailableError
from crucible.domain.sandbox import DriverReport, RuntimeReport
from crucible.domain.worker import ALIVE_FOR, WorkerReport

REPORT_SECONDS = 3.0
"""How often a worker writes down that it lives, and others read that."""
REMEMBERED = timedelta(minutes=10)
"""How long what a worker could run is still accepted after it was last heard of."""
_NAMED = 3
"""How many workers are named where none can make a sandbox."""
_log = structlog.stdlib.get_logger(__name__)


class KnownWorkers:
    """The workers that were heard of lately. `keep` it current."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.workers: Sequence[WorkerReport] = ()
        self._runtimes: dict[tuple[str | None, str], RuntimeReport] = {}
        self._engines: dict[str, DriverReport] = {}
        self._alive: Sequence[WorkerReport] = ()

    @property
    def runtimes(self) -> Sequence[RuntimeReport]:
        """What some worker can run, or could a few minutes ago."""
        return tuple(self._runtimes.values())

    @property
    def any_alive(self) -> bool:
        """Whether a worker that takes more was heard of in the last seconds."""
        return bool(self._alive)

    @property
    def standstill(self) -> str | None:
        """Why none of those that take more can make a sandbox; None where one can, or there are none."""
        reasons = [(worker.name, worker.offer.standstill) for worker in self._alive]
        if any(reason is None for _, reason in reasons):
            return None
        return "; ".join(f"{name}: {reason}" for name, reason in reasons[:_NAMED]) or None

    def accepted(self) -> Sequence[RuntimeReport]:
        """Return what may be submitted. Raises ExecutorUnavailableError where no worker has told of any yet."""
        if not self._runtimes:
            raise ExecutorUnavailableError(
                "no worker has told what it can run: start one with `crucible worker`", retry_after_seconds=2
            )
        return self.runtimes

    async def engines(self) -> Sequence[DriverReport]:
        """Return each engine as the worker reports it that can use it, if any can; empty where none told."""
        return tuple(self._engines.values())

    async def keep(self) -> None:
        """Read the table again and again until cancelled."""
        while True:
            try:
                await self.read()
            except StorageUnavailableError as error:
                _log.warning("workers_unknown", reason=error.detail)
            await asyncio.sleep(REPORT_SECONDS / 2)

    async def read(self) -> None:
        """Read the table. Raises StorageUnavailableError."""
        async with self._database.system_steps() as work:
            at = await work.now()
            self.workers = await work.workers.seen(at=at, within=REMEMBERED)
        self._runtimes = {
            (runtime.image, runtime.name): runtime for worker in self.workers for runtime in worker.runtimes
        }
        self._engines = {}
        for engine in (engine for worker in self.workers for engine in worker.engines):
            known = self._engines.get(engine.engine)
            if known is None or (engine.available, engine.default) > (known.available, known.default):
                self._engines[engine.engine] = engine
        self._alive = [
            worker
            for worker in self.workers
            if worker.seen_at and worker.seen_at > at - ALIVE_FOR and worker.takes_more
        ]
