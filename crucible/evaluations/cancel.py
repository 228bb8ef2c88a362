"""Ask for an evaluation's end."""

from functools import partial

from crucible.access.policy import Permission, require
from crucible.database.database import Database, TenantWork
from crucible.database.failures import repeated
from crucible.domain.errors import ConflictError
from crucible.domain.evaluation import Evaluation
from crucible.domain.principal import Principal
from crucible.domain.status import Status
from crucible.queue.doorbell import Doorbell
from crucible.stream.stream import EventStream


async def cancel(
    database: Database, doorbell: Doorbell, stream: EventStream, principal: Principal, evaluation_id: str
) -> Evaluation:
    """End a queued evaluation at once; have a running one stopped by its holder, soon.

    Asking again changes nothing. Raises NotFoundError, and ConflictError where it has ended otherwise.
    """
    require(principal, Permission.CANCEL)
    return await repeated(partial(_cancel, database, doorbell, stream, principal, evaluation_id))


async def _cancel(
    database: Database, doorbell: Doorbell, stream: EventStream, principal: Principal, evaluation_id: str
) -> Evaluation:
    async with database.unit_of_work(principal) as work:
        evaluation = await work.evaluations.get(evaluation_id)
        if evaluation.status is Status.CANCELLED:
            return evaluation
        stopped = await stop(work, doorbell, stream, evaluation_id, subject=principal.subject)
        if stopped is None and not evaluation.cancel_requested:
            raise ConflictError(f"evaluation {evaluation_id!r} has ended: it is {evaluation.status}")
        return await work.evaluations.get(evaluation_id)


async def stop(
    work: TenantWork, doorbell: Doorbell, stream: EventStream, evaluation_id: str, *, subject: str
) -> Status | None:
    """End an evaluation within a transaction, or ask for its end, and return what it is by that.

    Cancelled, where it was queued; running, where its holder is told; None where nothing came of it: it has ended,
    or its end was asked for before.
    """
    at = await work.now()
    fence = await work.evaluations.cancel_queued(evaluation_id, at)
    if fence is not None:
        work.after_commit(partial(stream.close, evaluation_id, fence))
    elif await work.evaluations.request_cancel(evaluation_id, subject):
        work.after_commit(partial(doorbell.cancel, evaluation_id))
    else:
        return None
    await work.audit.add("cancel", [evaluation_id], at)
    return Status.RUNNING if fence is None else Status.CANCELLED
