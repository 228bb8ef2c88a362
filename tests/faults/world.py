"""What verbs are tried in: a database whose calls can go wrong, how it stands, and what must hold of that."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa

from crucible.batches.settle import count_ended, stop_cancelled
from crucible.blobs.file import FileBlobs
from crucible.database.database import Database
from crucible.database.failures import translated
from crucible.database.tables import (
    audit_entries,
    batches,
    dead_letters,
    deliveries,
    evaluation_outputs,
    evaluations,
    events,
    idempotency_keys,
    pipeline_stages,
    pipelines,
    schedule_firings,
    schedules,
)
from crucible.domain.errors import NotFoundError, StorageUnavailableError
from crucible.domain.principal import LOCAL_OWNER
from crucible.evaluations.follow import follow
from crucible.evaluations.reap import reap
from crucible.evaluations.remove import collect_orphans
from crucible.evaluations.requeue import Patience
from crucible.pipelines.settle import advance_undecided
from crucible.queue.local import LocalDoorbell
from crucible.stream.memory import InProcessEventStream, _Channel
from tests.evaluations.steps import claimed, finished

T = TypeVar("T")
PATIENT = Patience(attempts=100, chance=lambda low, _high: low)
_LONGEST_TO_HEAR_SECONDS = 10.0
_MOST_REPEATS = 5
_E, _V, _O, _B = evaluations.c, events.c, evaluation_outputs.c, batches.c

_ALIKE = (
    sa.select(_E.status, _E.outcome, _E.lifecycle, _E.stage, _E.batch_position, _E.note, _E.cause),
    sa.select(_V.kind).where(_V.kind != "requeued"),  # a claim of which nobody was told is taken back
    sa.select(audit_entries.c.action),
    sa.select(_O.stdout_bytes, _O.files_bytes, _O.stdout_blob.is_(None), _O.files_blob.is_(None)),
    sa.select(_B.received, _B.retried, sa.cast(_B.counts, sa.Text), _B.cancel_requested_by),
    sa.select(dead_letters.c.state),
    sa.select(idempotency_keys.c.tenant_id),
    sa.select(deliveries.c.event, deliveries.c.state),
    sa.select(pipelines.c.state, pipelines.c.stopped_by),
    sa.select(pipeline_stages.c.name, pipeline_stages.c.ended_as),
    sa.select(schedule_firings.c.evaluation_id.is_(None), schedule_firings.c.batch_id.is_(None)),
    sa.select(schedules.c.cron, schedules.c.next_at.is_(None), schedules.c.removed_at.is_(None)),
)
"""What is to be the same, however often a call went wrong."""


@dataclass(frozen=True, kw_only=True)
class World:
    """What there is."""

    database: Database
    """Whose calls may go wrong."""
    calm: Database
    """The same, with nothing in between."""
    blobs: FileBlobs
    folder: Path
    """Where the blobs are."""
    failing: Callable[[], AbstractContextManager[None]] = nullcontext
    stream: InProcessEventStream = field(default_factory=InProcessEventStream)
    doorbell: LocalDoorbell = field(default_factory=LocalDoorbell)
    keys: "count[int]" = field(default_factory=count)

    def key(self) -> str:
        """Return an idempotency key that nobody has."""
        return f"key-{next(self.keys)}"

    async def told(self, step: Callable[[], Awaitable[T]], *, or_gone: bool = False) -> T | None:
        """Return what a step returns, repeated as whoever asks for it repeats it, until the database answers.

        `or_gone`: what a request asked for before makes the next one find nothing.
        """
        for number in range(_MOST_REPEATS):
            try:
                return await step()
            except StorageUnavailableError:
                continue
            except NotFoundError:
                if not (or_gone and number):
                    raise
                return None
        raise AssertionError("one call goes wrong, and no more")

    async def settle(self) -> None:
        """Nothing more goes wrong: bring all that is there to its end."""
        database, blobs, stream = self.calm, self.blobs, self.stream
        while True:
            await stop_cancelled(database, self.doorbell, stream)
            await reap(database, blobs, stream, patience=PATIENT, everything=True)
            held = await claimed(database, limit=1000)
            for one in held:
                assert await finished(database, blobs, stream, one)
            advanced = await advance_undecided(database, blobs, stream, self.doorbell)
            if not (await count_ended(database) or advanced or held):
                break
        await collect_orphans(database, blobs, knows_all=False)

    async def stands(self) -> Counter[object]:
        """Return how much there is of everything, whatever it is called and whenever it was."""
        found: Counter[object] = Counter()
        for place, statement in enumerate(_ALIKE):
            counted = statement.add_columns(sa.func.count()).group_by(*statement.selected_columns)
            found.update({(place, *row): number for *row, number in await self.rows(counted)})
        return found

    async def rows(self, statement: "sa.Select[tuple[object, ...]]") -> list[tuple[object, ...]]:
        """Return what is there."""
        with translated():
            async with self.calm._reader.connect() as connection:
                return [tuple(row) for row in await connection.execute(statement)]

    async def change(self, statement: sa.Update) -> None:
        """Change what is there, as no verb does."""
        async with self.calm.system_unit_of_work() as work:
            await work._transaction.connection.execute(statement)

    async def is_sound(self) -> None:
        """Assert what holds of everything that has ended, whatever went wrong on its way."""
        told: dict[object, list[tuple[object, ...]]] = {}
        for evaluation_id, *event in await self.rows(
            sa.select(_V.evaluation_id, _V.fence, _V.sequence, _V.kind).order_by(_V.fence, _V.sequence)
        ):
            told.setdefault(evaluation_id, []).append(tuple(event))
        rows = await self.rows(sa.select(_E.id, _E.fence, _E.outcome, _E.worker, _E.lease_until))
        outputs = await self.rows(sa.select(_O.evaluation_id, _O.stdout_blob, _O.stderr_blob, _O.files_blob))
        assert sorted(output[0] for output in outputs) == sorted(row[0] for row in rows)
        for evaluation_id, fence, outcome, worker, lease_until in rows:
            assert (outcome is None, worker, lease_until) == (False, None, None), evaluation_id
            kinds = [kind for _, _, kind in told[evaluation_id]]
            assert told[evaluation_id][0] == (0, 0, "queued")
            assert kinds.count("finished") == 1, kinds
            assert (kinds[-1], told[evaluation_id][-1][0]) == ("finished", fence)
        named = {blob for output in outputs for blob in output[1:] if blob}
        there = {str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file()}
        assert named == there
        assert not [path for path in self.folder.glob("*/*/**") if not any(path.iterdir())]

    async def unfinished(self) -> list[str]:
        """Return what has not ended."""
        return [str(one) for (one,) in await self.rows(sa.select(_E.id).where(_E.outcome.is_(None)))]

    async def lay_back(self, schedule_id: str, by: timedelta) -> datetime:
        """Have a schedule have waited since this long; return the moment."""
        ((at,),) = await self.rows(sa.select(schedules.c.decided_until).where(schedules.c.id == schedule_id))
        assert isinstance(at, datetime)
        await self.change(
            schedules.update()
            .where(schedules.c.id == schedule_id)
            .values(decided_until=at - by, next_at=at - by + timedelta(seconds=1))
        )
        return at


class Follower:
    """Somebody who follows an evaluation from its beginning, while others' calls go wrong."""

    def __init__(self, world: World, evaluation_id: str) -> None:
        self._world, self._evaluation_id = world, evaluation_id
        self._heard: list[tuple[int, int]] = []
        self._task = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        world = self._world
        async for event in follow(world.calm, world.blobs, world.stream, LOCAL_OWNER, self._evaluation_id):
            self._heard.append(event.position)

    @property
    def _channel(self) -> _Channel:
        return self._world.stream._channels[self._evaluation_id]

    async def begins(self) -> None:
        """Return once it has heard what there is, and waits."""
        async with asyncio.timeout(_LONGEST_TO_HEAR_SECONDS):
            while not (self._heard and self._channel.readers):  # noqa: ASYNC110 - who waits says nothing of it
                await asyncio.sleep(0)

    async def has_heard_all(self) -> None:
        """Assert that it heard all that is recorded, in order, each once, and that it was over then."""
        async with asyncio.timeout(_LONGEST_TO_HEAR_SECONDS):
            await self._task
        positions = self._heard
        assert positions == sorted(set(positions))
        recorded = await self._world.rows(
            sa.select(_V.fence, _V.sequence).where(_V.evaluation_id == self._evaluation_id)
        )
        assert set(recorded) <= set(positions)

    def stop(self) -> None:
        """Hear no more."""
        self._task.cancel()
