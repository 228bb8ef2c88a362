"""Run again what failed of a batch, and nothing else."""

from collections.abc import Sequence
from datetime import datetime

from crucible.access.policy import Permission, require
from crucible.database.database import Database, TenantWork
from crucible.database.failures import repeated
from crucible.database.once import digest_of, once
from crucible.domain.batch import CHUNK_ITEMS, RETRIED_FAULTS, Batch, RetryRequest
from crucible.domain.errors import ConflictError, InvalidRequestError
from crucible.domain.principal import Principal
from crucible.evaluations.replace import replace
from crucible.queue.doorbell import Doorbell


async def retry(
    database: Database,
    doorbell: Doorbell,
    principal: Principal,
    batch_id: str,
    request: RetryRequest,
    *,
    idempotency_key: str | None = None,
) -> Batch:
    """Put an evaluation of the same program in the place of each that ended by one of these faults until now.

    In chunks, each a transaction: broken off, the same request goes on with what is left. What fails meanwhile is
    left as it is; under one key, whatever fails after the first request. Raises NotFoundError,
    InvalidRequestError, IdempotencyConflictError, and ConflictError while the batch is being cancelled.
    """
    require(principal, Permission.SUBMIT)
    if not request.faults <= RETRIED_FAULTS:
        message = f"must be of {', '.join(sorted(RETRIED_FAULTS))}: what succeeded is not run again"
        raise InvalidRequestError.of_field("faults", message)
    before = await _asked_at(database, principal, batch_id, request, idempotency_key)

    async def chunk() -> int:
        async with database.unit_of_work(principal) as work:
            held = await work.batches.hold(batch_id)
            batch = await work.batches.get(batch_id)
            if held.is_cancelled and batch.ended < batch.received:
                raise ConflictError(f"batch {batch_id!r} is being cancelled: retry it once that is over")
            failed = await work.batch_items.failed(batch_id, request.faults, before=before, limit=CHUNK_ITEMS)
            if failed:
                await replace(work, doorbell, held, failed, subject=principal.subject)
            return len(failed)

    while await repeated(chunk) == CHUNK_ITEMS:
        pass
    async with database.read(principal) as view:
        return await view.batches.get(batch_id)


async def _asked_at(
    database: Database, principal: Principal, batch_id: str, request: RetryRequest, idempotency_key: str | None
) -> datetime:
    """Return when this was asked for first, which is all that is kept of it. Raises NotFoundError."""

    async def make(work: TenantWork) -> tuple[list[str], datetime]:
        await work.batches.get(batch_id)
        at = await work.now()
        return [at.isoformat()], at

    async def show(_: TenantWork, kept: Sequence[str]) -> datetime:
        return datetime.fromisoformat(kept[0])

    digest = digest_of(f"retries of {batch_id}", request)
    return (await once(database, principal, idempotency_key, digest, make=make, show=show)).what
