"""Make a batch, for evaluations to be handed in to; or a whole one, with all of them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from crucible.access.policy import Permission, require
from crucible.database.database import Database, TenantWork
from crucible.database.failures import DuplicateKeyError, repeated
from crucible.database.submissions import BatchPlace
from crucible.domain.batch import Batch, BatchRequest
from crucible.domain.evaluation import Submission
from crucible.domain.principal import Principal
from crucible.evaluations.submit import acknowledge
from crucible.queue.doorbell import Doorbell


@dataclass(frozen=True, slots=True)
class Created:
    """A batch that was asked for."""

    batch: Batch
    replayed: bool
    """Whether an earlier request with the same key and body made it; it is shown as it is now."""


async def create(
    database: Database, principal: Principal, request: BatchRequest, *, idempotency_key: str | None = None
) -> Created:
    """Make an open batch. Raises IdempotencyConflictError, PermissionDeniedError, StorageUnavailableError."""
    require(principal, Permission.SUBMIT)
    digest = hashlib.sha256(b"batches" + request.model_dump_json().encode()).hexdigest()

    async def attempt() -> Created:
        async with database.unit_of_work(principal) as work:
            if idempotency_key is not None and (made := await work.idempotency.answered(idempotency_key, digest)):
                return Created(await work.batches.get(made[0]), replayed=True)
            at = await work.now()
            batch_id = await work.batches.add(request, principal.subject, at)
            if idempotency_key is not None:
                await work.idempotency.add(idempotency_key, digest, [batch_id], at)
            return Created(await work.batches.get(batch_id), replayed=False)

    try:
        return await repeated(attempt)
    except DuplicateKeyError:
        return await repeated(attempt)  # another request with this key was first; what it made is there now


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
