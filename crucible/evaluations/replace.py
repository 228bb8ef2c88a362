"""Run programs of a batch again, each in the place of what became of it.

What was given up among them is replayed by that: its dead letter names the successor, whoever asked for it and
how, so that a retry of the batch and a replay of the dead letter are one run.
"""

from collections.abc import Sequence
from functools import partial

from crucible.database.batches import HeldBatch
from crucible.database.database import TenantWork
from crucible.domain.event import Queued
from crucible.queue.doorbell import Doorbell


async def replace(
    work: TenantWork, doorbell: Doorbell, batch: HeldBatch, evaluation_ids: Sequence[str], *, subject: str
) -> None:
    """Queue a successor of each, within a transaction that holds the batch, and ring once it can be seen."""
    at = await work.now()
    rings = await work.batch_items.replace(evaluation_ids, at)
    ids = [ring.evaluation_id for ring in rings]
    await work.events.add([Queued(evaluation_id=each, fence=0, sequence=0, at=at) for each in ids])
    await work.audit.add("retry", ids, at)
    await work.batches.note_retried(batch, len(ids))
    for evaluation_id, successor in (await work.batch_items.successors(evaluation_ids)).items():
        await work.dead_letters.note_replayed(evaluation_id, successor, subject=subject, at=at)
    work.once_seen(partial(doorbell.ring, rings))
