"""Ask for an evaluation's end."""

from functools import partial

from crucible.access.policy import Permission, require
from crucible.database.database import Database
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
        at = await work.now()
        fence = await work.evaluations.cancel_queued(evaluation_id, at)
        if fence is not None:
            work.after_commit(partial(stream.close, evaluation_id, fence))
        elif await work.evaluations.request_cancel(evaluation_id, principal.subject):
            work.after_commit(partial(doorbell.cancel, evaluation_id))
        elif not evaluation.cancel_requested:
            raise ConflictError(f"evaluation {evaluation_id!r} has ended: it is {evaluation.status}")
        else:
            return evaluation
        await work.audit.add("cancel", [evaluation_id], at)
        return await work.evaluations.get(evaluation_id)
