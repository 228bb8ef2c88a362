"""Decide that dead letters are not worth another run. The evaluations and their history stay."""

from collections.abc import Sequence
from functools import partial

from crucible.access.policy import Permission, require
from crucible.database.database import Database
from crucible.database.failures import repeated
from crucible.domain.dead_letter import DeadLetterState, DeadLetterSummary
from crucible.domain.errors import ConflictError
from crucible.domain.principal import Principal


async def discard(
    database: Database, principal: Principal, evaluation_ids: Sequence[str]
) -> list[DeadLetterSummary]:
    """Discard each, or none; asking again changes nothing.

    Raises NotFoundError, and ConflictError where one was replayed.
    """
    require(principal, Permission.CANCEL)
    return await repeated(partial(_discard, database, principal, list(dict.fromkeys(evaluation_ids))))


async def _discard(
    database: Database, principal: Principal, evaluation_ids: Sequence[str]
) -> list[DeadLetterSummary]:
    async with database.unit_of_work(principal) as work:
        letters = await work.dead_letters.held(evaluation_ids)
        for letter in letters:
            if letter.state is DeadLetterState.REPLAYED:
                raise ConflictError(
                    f"dead letter {letter.evaluation_id!r} was replayed as {letter.replayed_as!r} already"
                )
        waiting = [each.evaluation_id for each in letters if each.state is DeadLetterState.WAITING]
        if not waiting:
            return letters
        at = await work.now()
        for evaluation_id in waiting:
            await work.dead_letters.discard(evaluation_id, subject=principal.subject, at=at)
        await work.audit.add("discard", waiting, at)
        return await work.dead_letters.held(evaluation_ids)
