"""The worker: takes what is queued for as many slots as it has, and says every few seconds that it lives.

A slot is free for the next program when the last one's has ended, so that a result's way to the disk is no time in
which nothing runs. Results that the storage doesn't take pile up no higher than there are slots.
"""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from crucible.blobs.store import BlobStore
from crucible.database.database import Database
from crucible.database.records import Claimed
from crucible.domain.errors import StorageUnavailableError
from crucible.domain.measure import Measures
from crucible.domain.sharing import Shares
from crucible.domain.worker import WorkerState
from crucible.evaluations.claim import claim
from crucible.evaluations.execute import Executor
from crucible.evaluations.heartbeat import heartbeat
from crucible.evaluations.requeue import Patience
from crucible.queue.autoscale import Autoscale
from crucible.queue.holding import Holding, Workplace
from crucible.queue.local import LocalDoorbell
from crucible.queue.terms import Terms
from crucible.stream.stream import EventStream

_RETRY_SECONDS = 1.0
_SETTLE_SECONDS = 5.0
_log = structlog.stdlib.get_logger(__name__)


async def _nobody_goes_on(pipeline_id: str) -> None:
    del pipeline_id


class Worker:
    """A worker loop. `run` it once; end it with `drain`."""

    def __init__(
        self,
        *,
        name: str,
        database: Database,
        blobs: BlobStore,
        stream: EventStream,
        doorbell: LocalDoorbell,
        executor: Executor,
        slots: int,
        lease_seconds: float = 30.0,
        look_seconds: float | None = None,
        patience: Patience | None = None,
        measures: Measures | None = None,
        terms: Terms | None = None,
        go_on: Callable[[str], Awaitable[None]] = _nobody_goes_on,
    ) -> None:
        """Take what it works with.

        `look_seconds`: how often to look unasked, where rings may be lost. `go_on`: what to call with a pipeline's
        id when a stage's run has ended, for what follows to begin at once.
        """
        self.name = name
        self.slots = slots
        self.terms = terms or Terms(cpus=float(slots))
        self._shares = Shares(self.terms.weights)
        self._workplace = Workplace(
            name=name,
            database=database,
            blobs=blobs,
            stream=stream,
            executor=executor,
            patience=patience or Patience(),
            measures=measures or Measures(),
            go_on=go_on,
        )
        self._lease_seconds = lease_seconds
        self._look_seconds = look_seconds
        self._holdings: dict[asyncio.Task[None], Holding] = {}
        self._look = asyncio.Event()
        self._room = asyncio.Event()
        self._more = True
        self._beat = asyncio.Event()
        self.draining = False
        """Whether it ends."""
        self._asked = WorkerState.WORKING
        self._handing_back: asyncio.TimerHandle | None = None
        self._cancellations = 0
        doorbell.listen(on_ring=self._look_for_more, on_cancel=self.hear_cancellation)

    @property
    def running(self) -> int:
        """How many programs run in its hands."""
        return sum(holding.is_running for holding in self._holdings.values())

    @property
    def _free(self) -> int:
        """How many more it may take."""
        return max(0, min(self.slots - self.running, 2 * self.slots - len(self._holdings)))

    async def keep_scaling(self, autoscale: Autoscale, *, seconds: float = 1.0) -> None:
        """Have as many slots as this decides, round by round, until cancelled."""
        while True:
            await asyncio.sleep(seconds)
            before = self.slots
            self.slots = autoscale.decide(before, running=self.running, more_waits=self._more)
            if self.slots > before:
                self._look.set()

    @property
    def state(self) -> WorkerState:
        """What it does about the queue."""
        return WorkerState.DRAINING if self.draining else self._asked

    def follow(self, wanted: WorkerState, grace_seconds: float) -> None:
        """Do from now on as a person asks: pause, drain, or take what waits again."""
        if wanted is self._asked or self.draining:
            return
        _log.info("ordered", wanted=wanted, running=self.running)
        self._asked = wanted
        if self._handing_back:
            self._handing_back.cancel()
            self._handing_back = None
        if wanted is WorkerState.DRAINING:
            self._handing_back = asyncio.get_running_loop().call_later(grace_seconds, self._hand_all_back)
        elif wanted is WorkerState.WORKING:
            self._look_for_more()

    def _hand_all_back(self) -> None:
        for holding in self._holdings.values():
            holding.give_back()

    async def answer(self) -> None:
        """Look for more, and return once that is done and there is room for yet more."""
        self._look_for_more()
        await self._room.wait()

    async def run(self) -> None:
        """Take and run evaluations until drained. Cancelled, it leaves what it holds to the reaper."""
        self._look.set()
        try:
            async with asyncio.TaskGroup() as tasks:
                unasked = [tasks.create_task(self._keep_beating()), tasks.create_task(self._keep_looking())]
                while not self.draining:
                    await self._look.wait()
                    self._look.clear()
                    await self._fill()
                    if self._free and self.state is WorkerState.WORKING:
                        self._room.set()
                while self._holdings:
                    await asyncio.wait(self._holdings)
                for task in unasked:
                    task.cancel()
        finally:
            if self._handing_back:
                self._handing_back.cancel()
            for task in self._holdings:
                task.cancel()
            if self._holdings:
                await asyncio.wait(self._holdings)

    async def drain(self, grace_seconds: float) -> None:
        """Take nothing more, let what runs end within the grace, and give the rest back to the queue."""
        self.draining = True
        self._look.set()
        if self._holdings:
            await asyncio.wait(self._holdings, timeout=grace_seconds)
        self._hand_all_back()
        if self._holdings:
            await asyncio.wait(self._holdings, timeout=_SETTLE_SECONDS)
        for task in self._holdings:
            task.cancel()  # the storage does not answer; the next start takes these back

    async def _fill(self) -> None:
        place = self._workplace
        free = self._free
        runtimes = tuple(place.executor.runtimes)
        if self.state is not WorkerState.WORKING or not self._more or not free or not runtimes:
            return
        self._more = False
        cancellations = self._cancellations
        kept = asyncio.Event()
        begun: list[asyncio.Task[None]] = []

        def begin(claimed: Claimed) -> None:
            begun.append(self._begin(claimed, kept))

        promised = [holding.claimed.spec.limits for holding in self._holdings.values() if holding.is_running]
        try:
            found = await claim(
                place.database,
                place.name,
                self.terms.offer(runtimes, place.executor.drivers),
                limit=free,
                lease_seconds=self._lease_seconds,
                shares=self._shares,
                caps=self.terms.caps,
                promised_memory=sum(limits.memory_bytes for limits in promised),
                promised_cpus=sum(limits.cpus for limits in promised),
                once_taken=begin,
            )
        except StorageUnavailableError as error:
            _log.warning("claim_failed", reason=error.detail)
            for task in begun:
                task.cancel()
            asyncio.get_running_loop().call_later(_RETRY_SECONDS, self._look_for_more)
            return
        self._more = self._more or found.more
        kept.set()
        if self._cancellations != cancellations:
            self._beat.set()  # it may have been meant for what was not in our hands yet

    def _begin(self, claimed: Claimed, kept: asyncio.Event) -> asyncio.Task[None]:
        holding = Holding(claimed, self._workplace, kept=kept, on_end=self._look.set)
        task = asyncio.create_task(holding.attend())
        self._holdings[task] = holding
        task.add_done_callback(self._release)
        _log.debug("evaluation_begun", evaluation=claimed.evaluation_id, fence=claimed.fence)
        return task

    def _look_for_more(self) -> None:
        self._more = True
        self._room.clear()
        self._look.set()

    def hear_cancellation(self) -> None:
        """Ask soon whether the end of something that it holds was asked for."""
        self._cancellations += 1
        self._beat.set()

    def _release(self, task: asyncio.Task[None]) -> None:
        del self._holdings[task]
        self._more = self._more or self.terms.caps.any  # of its tenant, it counted until now
        self._look.set()
        if not task.cancelled() and (error := task.exception()):
            _log.error("attendance_failed", exc_info=error)

    async def _keep_looking(self) -> None:
        while self._look_seconds is not None:
            await asyncio.sleep(self._look_seconds)
            self._more = True
            self._look.set()

    async def _keep_beating(self) -> None:
        """Renew the leases three times in their life, and at once where a cancellation was announced."""
        pause = self._lease_seconds / 3
        while True:
            try:
                async with asyncio.timeout(pause):
                    await self._beat.wait()
            except TimeoutError:
                pass  # nobody was in a hurry: it is time anyway
            self._beat.clear()
            try:
                await self._heartbeat()
            except StorageUnavailableError as error:
                _log.warning("heartbeat_failed", reason=error.detail)

    async def _heartbeat(self) -> None:
        held = {holding.hold: holding for holding in self._holdings.values()}
        if not held:
            return
        answer = await heartbeat(
            self._workplace.database,
            held,
            lease_seconds=self._lease_seconds,
            progress={hold: said for hold, holding in held.items() if (said := holding.progress)},
        )
        for hold, holding in held.items():
            if hold not in answer:
                holding.lose()
            elif subject := answer[hold]:
                holding.cancel(subject)
