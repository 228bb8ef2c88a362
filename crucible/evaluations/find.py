"""Look evaluations up, and what became of those that were given up."""

from crucible.access.policy import Permission, require
from crucible.database.database import Database
from crucible.domain.answer import DeadLetterPage, EvaluationPage
from crucible.domain.dead_letter import DeadLetter, DeadLetterState
from crucible.domain.evaluation import Evaluation, EvaluationFilter
from crucible.domain.principal import Principal
from crucible.domain.sharing import NO_CAPS, Caps
from crucible.domain.status import Status
from crucible.evaluations.waiting import why


async def get(database: Database, principal: Principal, evaluation_id: str, *, caps: Caps = NO_CAPS) -> Evaluation:
    """Return an evaluation, and why it waits if it does.

    Raises NotFoundError where there is none, it is another tenant's, or was deleted.
    """
    require(principal, Permission.READ)
    async with database.read(principal) as view:
        evaluation = await view.evaluations.get(evaluation_id)
        if evaluation.status is not Status.QUEUED:
            return evaluation
        standing = await view.waits.standing(evaluation_id)
    if standing is None:
        return evaluation
    return evaluation.model_copy(update={"waiting": why(standing, principal.tenant_id, evaluation.priority, caps)})


async def page(
    database: Database, principal: Principal, wanted: EvaluationFilter, *, limit: int, cursor: str | None = None
) -> EvaluationPage:
    """Return at most `limit` evaluations, in the wanted order. Raises InvalidRequestError for a bad cursor."""
    require(principal, Permission.READ)
    async with database.read(principal) as view:
        return await view.evaluations.page(wanted, limit=limit, cursor=cursor)


async def dead_letter(database: Database, principal: Principal, evaluation_id: str) -> DeadLetter:
    """Return a dead letter with its history. Raises NotFoundError."""
    require(principal, Permission.READ)
    async with database.read(principal) as view:
        return await view.dead_letters.get(evaluation_id)


async def dead_letters(
    database: Database,
    principal: Principal,
    states: frozenset[DeadLetterState],
    *,
    limit: int,
    cursor: str | None = None,
) -> DeadLetterPage:
    """Return at most `limit` dead letters, newest first. Raises InvalidRequestError for a cursor that is none."""
    require(principal, Permission.READ)
    async with database.read(principal) as view:
        return await view.dead_letters.page(states, limit=limit, cursor=cursor)
