"""Make a batch, for evaluations to be handed in to; or a whole one, with all of them."""

from collections.abc import Sequence
from datetime import datetime

from crucible.access.policy import Permission, require
from crucible.database.database import Database, TenantWork
from crucible.database.once import Created, digest_of, once
from crucible.database.submissions import BatchPlace
from crucible.domain.batch import Batch, BatchRequest
from crucible.domain.evaluation import Submission
from crucible.domain.principal import Principal
from crucible.evaluations.submit import acknowledge
from crucible.queue.doorbell import Doorbell


async def create(
    database: Database, principal: Principal, request: BatchRequest, *, idempotency_key: str | None = None
) -> Created[Batch]:
    """Make an open batch. Raises IdempotencyConflictError, PermissionDeniedError, StorageUnavailableError."""
    require(principal, Permission.SUBMIT)

    async def make(work: TenantWork) -> tuple[list[str], Batch]:
        batch_id = await work.batches.add(request, principal.subject, await work.now())
        return [batch_id], await work.batches.get(batch_id)

    return await once(
        database,
        principal,
        idempotency_key,
        digest_of("batches", request),
        make=make,
        show=lambda work, ids: work.batches.get(ids[0]),
    )


async def create_whole(
    work: TenantWork,
    doorbell: Doorbell,
    request: BatchRequest,
    evaluations: Sequence[Submission],
    runtimes: Sequence[str],
    *,
    subject: str,
    at: datetime,
) -> str:
    """Make a batch of these, to which no more can come, within a transaction; return its id."""
    batch_id = await work.batches.add(request, subject, at)
    held = await work.batches.hold(batch_id)
    await acknowledge(work, doorbell, evaluations, runtimes, first_place=BatchPlace(batch_id, 0))
    await work.batches.note_received(held, len(evaluations))
    await work.batches.close(held, at)
    return batch_id
