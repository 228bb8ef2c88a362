"""Ask for a batch's end. It is acknowledged at once; what is queued and what runs is told in rounds (`settle`)."""

from crucible.access.policy import Permission, require
from crucible.batches.settle import stop_cancelled
from crucible.database.database import Database
from crucible.domain.batch import Batch
from crucible.domain.errors import ConflictError
from crucible.domain.principal import Principal
from crucible.queue.doorbell import Doorbell
from crucible.stream.stream import EventStream


async def cancel(
    database: Database, doorbell: Doorbell, stream: EventStream, principal: Principal, batch_id: str
) -> Batch:
    """End a batch, and what of it is queued or runs. Asking again changes nothing.

    Raises NotFoundError, and ConflictError where it has ended otherwise.
    """
    require(principal, Permission.CANCEL)
    async with database.unit_of_work(principal) as work:
        held = await work.batches.hold(batch_id)
        batch = await work.batches.get(batch_id)
        if held.is_cancelled:
            return batch
        if held.is_closed and batch.ended == batch.received:
            raise ConflictError(f"batch {batch_id!r} has ended: it is {batch.state}")
        await work.batches.request_cancel(held, principal.subject, await work.now())
    await stop_cancelled(database, doorbell, stream, rounds=1)
    async with database.read(principal) as view:
        return await view.batches.get(batch_id)
