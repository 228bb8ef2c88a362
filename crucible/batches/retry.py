"""Run again what failed of a batch, and nothing else."""

from crucible.access.policy import Permission, require
from crucible.database.database import Database
from crucible.database.failures import repeated
from crucible.domain.batch import CHUNK_ITEMS, RETRIED_FAULTS, Batch
from crucible.domain.errors import ConflictError, InvalidRequestError
from crucible.domain.outcome import Fault
from crucible.domain.principal import Principal
from crucible.evaluations.replace import replace
from crucible.queue.doorbell import Doorbell


async def retry(
    database: Database, doorbell: Doorbell, principal: Principal, batch_id: str, faults: frozenset[Fault]
) -> Batch:
    """Put an evaluation of the same program in the place of each that ended by one of these faults until now.

    In chunks, each a transaction: broken off, the same request goes on with what is left. What fails meanwhile is
    left as it is. Raises NotFoundError, InvalidRequestError, and ConflictError while the batch is being cancelled.
    """
    require(principal, Permission.SUBMIT)
    if not faults <= RETRIED_FAULTS:
        message = f"must be of {', '.join(sorted(RETRIED_FAULTS))}: what succeeded is not run again"
        raise InvalidRequestError.of_field("faults", message)
    async with database.unit_of_work(principal) as work:
        before = await work.now()

    async def chunk() -> int:
        async with database.unit_of_work(principal) as work:
            held = await work.batches.hold(batch_id)
            batch = await work.batches.get(batch_id)
            if held.is_cancelled and batch.ended < batch.received:
                raise ConflictError(f"batch {batch_id!r} is being cancelled: retry it once that is over")
            failed = await work.batch_items.failed(batch_id, faults, before=before, limit=CHUNK_ITEMS)
            if failed:
                await replace(work, doorbell, held, failed, subject=principal.subject)
            return len(failed)

    while await repeated(chunk) == CHUNK_ITEMS:
        pass
    async with database.read(principal) as view:
        return await view.batches.get(batch_id)
