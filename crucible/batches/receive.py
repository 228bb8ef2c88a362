"""Take evaluations into a batch, a chunk at a time: when a chunk is acknowledged it is on disk.

A line's position in the batch is its key. What is handed in again, since a connection broke before the answer
came, is compared with what is there and not made twice; so whoever sends a batch may break off anywhere and begin
again anywhere before.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial

from crucible.access.policy import Permission, require
from crucible.database.batches import HeldBatch
from crucible.database.database import Database, TenantWork
from crucible.database.failures import repeated
from crucible.database.submissions import BatchPlace
from crucible.domain.batch import MAXIMUM_ITEMS, Batch
from crucible.domain.errors import ConflictError, InvalidRequestError
from crucible.domain.evaluation import Submission
from crucible.domain.principal import Principal
from crucible.domain.sandbox import RuntimeReport
from crucible.evaluations.isolation import AskEngines, asks_for_isolation
from crucible.evaluations.submit import acknowledge, resolve_all
from crucible.queue.doorbell import Doorbell

LISTED_IN = "lines"
"""What errors call the place of a submission in a batch: `lines[17].limits.wall_seconds`."""


async def receive(
    database: Database,
    doorbell: Doorbell,
    principal: Principal,
    batch_id: str,
    chunks: AsyncIterator[Sequence[Submission]],
    *,
    offset: int,
    runtimes: Sequence[RuntimeReport],
    engines: AskEngines,
    last: bool = False,
) -> Batch:
    """Take chunks, the first of which begins at this position; with `last`, close the batch behind them.

    Each chunk is acknowledged or refused as a whole; those before one that is refused stay. `engines` tells what
    isolation can be had, and is asked where a submission asks for any. Raises NotFoundError,
    InvalidRequestError, ConflictError, StorageUnavailableError, and whatever the chunks raise.
    """
    require(principal, Permission.SUBMIT)
    position = offset
    async for chunk in chunks:
        offered = await engines() if any(map(asks_for_isolation, chunk)) else ()
        resolve = partial(resolve_all, chunk, runtimes, LISTED_IN, offered, first=position)
        take = partial(_take, database, doorbell, principal, batch_id, chunk, position=position, resolve=resolve)
        await repeated(take)
        position += len(chunk)
    async with database.unit_of_work(principal) as work:
        held = await work.batches.hold(batch_id)
        if last:
            await _close(work, held, position)
        elif position > held.received:
            raise _gap(held, position)
        return await work.batches.get(batch_id)


async def close(database: Database, principal: Principal, batch_id: str) -> Batch:
    """Say that no more come. Asking again changes nothing. Raises NotFoundError."""
    require(principal, Permission.SUBMIT)
    async with database.unit_of_work(principal) as work:
        held = await work.batches.hold(batch_id)
        await _close(work, held, held.received)
        return await work.batches.get(batch_id)


async def _close(work: TenantWork, held: HeldBatch, position: int) -> None:
    if position != held.received:
        raise ConflictError(
            f"batch {held.id} has {held.received} evaluations, and this would end it at {position}: "
            "it was begun with another list"
        )
    if not held.is_closed:
        await work.batches.close(held, await work.now())


async def _take(
    database: Database,
    doorbell: Doorbell,
    principal: Principal,
    batch_id: str,
    chunk: Sequence[Submission],
    *,
    position: int,
    resolve: Callable[[], list[str]],
) -> None:
    async with database.unit_of_work(principal) as work:
        held = await work.batches.hold(batch_id)
        if position > held.received:
            raise _gap(held, position)
        names = resolve()
        known = min(len(chunk), held.received - position)
        if known:
            differs = await work.batch_items.first_difference(batch_id, position, chunk[:known], names[:known])
            if differs is not None:
                raise ConflictError(
                    f"position {differs} of batch {batch_id} has another program: it was begun with another list"
                )
        if known == len(chunk):
            return
        _check_is_open(held, position + len(chunk))
        place = BatchPlace(batch_id, held.received)
        await acknowledge(work, doorbell, chunk[known:], names[known:], first_place=place)
        await work.batches.note_received(held, position + len(chunk))


def _check_is_open(held: HeldBatch, length: int) -> None:
    if held.is_cancelled:
        raise ConflictError(f"batch {held.id} was cancelled, and takes no more")
    if held.is_closed:
        raise ConflictError(f"batch {held.id} is closed with {held.received} evaluations, and takes no more")
    if length > MAXIMUM_ITEMS:
        message = f"must be at most {MAXIMUM_ITEMS} in a batch; {held.received} are there"
        raise InvalidRequestError.of_field(LISTED_IN, message)


def _gap(held: HeldBatch, position: int) -> InvalidRequestError:
    message = f"must be at most {held.received}, which is what batch {held.id} has; is {position}"
    return InvalidRequestError.of_field("offset", message)
