"""One evaluation in a worker's hands, from claim to finish."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from crucible.blobs.store import BlobStore
from crucible.database.database import Database
from crucible.database.records import Claimed
from crucible.domain.errors import ExecutorUnavailableError, StorageUnavailableError
from crucible.domain.measure import Count, Duration, Measures
from crucible.domain.sandbox import SandboxFinished, SandboxProgress
from crucible.evaluations.execute import Executor, execute
from crucible.evaluations.finish import finish
from crucible.evaluations.relay import Relay
from crucible.evaluations.requeue import Patience, hand_back
from crucible.stream.stream import EventStream

_FIRST_RETRY_SECONDS = 0.05
_LONGEST_RETRY_SECONDS = 5.0
_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplace:
    """What a worker works with."""

    name: str
    database: Database
    blobs: BlobStore
    stream: EventStream
    executor: Executor
    patience: Patience
    measures: Measures
    go_on: Callable[[str], Awaitable[None]]
    """Called with a pipeline's id when a run of one of its stages has ended."""


class Holding:
    """A held evaluation. What becomes of it while it runs is said by `lose`, `cancel` and `give_back`."""

    def __init__(
        self, claimed: Claimed, workplace: Workplace, *, kept: asyncio.Event, on_end: Callable[[], None]
    ) -> None:
        """Take what is held, and what to call when its program runs no more and its result is still to be kept.

        `kept` is set once the claim is on disk.
        """
        self.claimed = claimed
        self._kept = kept
        self.is_running = True
        """Whether its program runs, or is about to."""
        self._on_end = on_end
        self._workplace = workplace
        self._stop = asyncio.Event()
        self._cancelled_by: str | None = None
        self._lost = False
        self._relay = Relay(claimed, workplace.name, workplace.stream.publish)

    @property
    def hold(self) -> tuple[str, int]:
        """What a heartbeat is for."""
        return (self.claimed.evaluation_id, self.claimed.fence)

    @property
    def progress(self) -> SandboxProgress | None:
        """How far its program said last that it has come."""
        return self._relay.progress

    def lose(self) -> None:
        """Stop: another may have it by now."""
        self._lost = True
        self._stop.set()

    def cancel(self, subject: str) -> None:
        """Stop: its end was asked for."""
        self._cancelled_by = subject
        self._stop.set()

    def give_back(self) -> None:
        """Stop: it is to run elsewhere, or later."""
        self._stop.set()

    async def attend(self) -> None:
        """Run it and make what comes of it known; returns when nothing is left to do for it."""
        place = self._workplace
        place.measures.observe(Duration.WAIT, self.claimed.waited_seconds)
        relay = self._relay
        try:
            finished = await self._execute(relay)
        except ExecutorUnavailableError as error:
            relay.abandon()
            await self._hand_back(error.detail)
            return
        except Exception as error:  # noqa: BLE001 - whatever it was, the evaluation must not be left running
            relay.abandon()
            _log.exception("execution_failed", evaluation=self.claimed.evaluation_id)
            await self._hand_back(f"a defect of Crucible's: {type(error).__name__}")
            return
        if finished is None and self._cancelled_by is not None:
            finished = relay.cancelled(self._cancelled_by)
        if finished is not None:
            is_result = await self._until_storage_answers(
                lambda: finish(place.database, place.blobs, place.stream, relay, finished)
            )
            self._measure(relay, finished, is_result=is_result)
            if is_result and self.claimed.pipeline_id is not None:
                await place.go_on(self.claimed.pipeline_id)
            return
        relay.abandon()
        if self._lost:
            _log.warning("lease_lost", evaluation=self.claimed.evaluation_id, fence=self.claimed.fence)
            place.stream.close(*self.hold)
        else:
            await self._hand_back("its worker was told to take no more", counted=False)

    async def _execute(self, relay: Relay) -> SandboxFinished | None:
        try:
            return await execute(
                self._workplace.executor, self.claimed.spec, relay, kept=self._kept, stop=self._stop
            )
        finally:
            self.is_running = False
            self._on_end()

    def _measure(self, relay: Relay, finished: SandboxFinished, *, is_result: bool) -> None:
        measures = self._workplace.measures
        if not is_result:
            measures.count(Count.STALE_RESULTS)
        elif relay.containment is not None and relay.started_after_seconds is not None:
            engine = relay.containment.engine
            measures.observe(Duration.COLD_START, relay.started_after_seconds, engine)
            measures.observe(Duration.EXECUTION, finished.wall_seconds, engine)

    async def _hand_back(self, reason: str, *, counted: bool = True) -> None:
        place = self._workplace
        is_queued = await self._until_storage_answers(
            lambda: hand_back(
                place.database,
                place.stream,
                self.claimed,
                reason=reason,
                patience=place.patience,
                counted=counted,
            )
        )
        if is_queued and counted:
            place.measures.count(Count.RETRIES)

    async def _until_storage_answers(self, step: Callable[[], Awaitable[bool]]) -> bool:
        """Return what a step returns, once the storage answers: what was acknowledged is not given up.

        It is repeated while the storage is full, locked or away.
        """
        wait = _FIRST_RETRY_SECONDS
        while True:
            try:
                return await step()
            except StorageUnavailableError as error:
                _log.warning("storage_unavailable", evaluation=self.claimed.evaluation_id, reason=error.detail)
                await asyncio.sleep(wait)
                wait = min(_LONGEST_RETRY_SECONDS, wait * 2)
