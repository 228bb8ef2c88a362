"""Hide an evaluation, or show it again. What was recorded stays until retention ends."""

from crucible.access.policy import Permission, require
from crucible.database.database import Database
from crucible.domain.errors import ConflictError
from crucible.domain.evaluation import Evaluation
from crucible.domain.principal import Principal
from crucible.domain.status import Lifecycle


async def delete(database: Database, principal: Principal, evaluation_id: str) -> None:
    """Hide an evaluation that has ended. Raises NotFoundError, and ConflictError where it has not ended."""
    require(principal, Permission.DELETE)
    async with database.unit_of_work(principal) as work:
        status = await work.evaluations.status(evaluation_id)
        if not status.is_final:
            raise ConflictError(f"evaluation {evaluation_id!r} is {status}: cancel it before it is deleted")
        at = await work.now()
        await work.evaluations.set_lifecycle(evaluation_id, Lifecycle.DELETED, at)
        await work.audit.add("delete", [evaluation_id], at)


async def restore(database: Database, principal: Principal, evaluation_id: str) -> Evaluation:
    """Show a deleted evaluation again; one that is not deleted stays as it is. Raises NotFoundError."""
    require(principal, Permission.DELETE)
    async with database.unit_of_work(principal) as work:
        evaluation = await work.evaluations.get(evaluation_id, deleted=True)
        if evaluation.lifecycle is not Lifecycle.DELETED:
            return evaluation
        at = await work.now()
        await work.evaluations.set_lifecycle(evaluation_id, Lifecycle.ACTIVE, at)
        await work.audit.add("restore", [evaluation_id], at)
        return await work.evaluations.get(evaluation_id)
