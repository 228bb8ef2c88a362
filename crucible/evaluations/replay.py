"""Hand the programs of dead letters in again.

What was given up keeps its end, as every evaluation does; a replay is another evaluation, and the dead letter says
which. The decision and the evaluation are one transaction, so that asking twice, or two people asking at once,
runs a program once.
"""

from collections.abc import Sequence
from functools import partial

from crucible.access.policy import Permission, require
from crucible.database.database import Database
from crucible.database.failures import repeated
from crucible.domain.dead_letter import DeadLetterState, DeadLetterSummary
from crucible.domain.errors import ConflictError
from crucible.domain.principal import Principal
from crucible.domain.sandbox import RuntimeReport
from crucible.evaluations.submit import acknowledge, resolve_all
from crucible.queue.doorbell import Doorbell


async def replay(
    database: Database,
    doorbell: Doorbell,
    principal: Principal,
    evaluation_ids: Sequence[str],
    *,
    runtimes: Sequence[RuntimeReport],
) -> list[DeadLetterSummary]:
    """Replay each, or none; one that was replayed before is answered as it was then.

    Raises NotFoundError, ConflictError where one was discarded, and InvalidRequestError where its runtime is gone.
    """
    require(principal, Permission.SUBMIT)
    unique = list(dict.fromkeys(evaluation_ids))
    return await repeated(partial(_replay, database, doorbell, principal, unique, runtimes))


async def _replay(
    database: Database,
    doorbell: Doorbell,
    principal: Principal,
    evaluation_ids: Sequence[str],
    runtimes: Sequence[RuntimeReport],
) -> list[DeadLetterSummary]:
    async with database.unit_of_work(principal) as work:
        letters = await work.dead_letters.held(evaluation_ids)
        for letter in letters:
            if letter.state is DeadLetterState.DISCARDED:
                raise ConflictError(
                    f"dead letter {letter.evaluation_id!r} was discarded: rerun the evaluation to run it again"
                )
        waiting = [each.evaluation_id for each in letters if each.state is DeadLetterState.WAITING]
        if not waiting:
            return letters
        submissions = [await work.evaluations.submission(each) for each in waiting]
        names = resolve_all(submissions, runtimes, None)
        made = await acknowledge(work, doorbell, submissions, names)
        at = await work.now()
        for evaluation_id, evaluation in zip(waiting, made, strict=True):
            await work.dead_letters.decide(
                evaluation_id,
                DeadLetterState.REPLAYED,
                subject=principal.subject,
                at=at,
                replayed_as=evaluation.id,
            )
        await work.audit.add("replay", waiting, at)
        return await work.dead_letters.held(evaluation_ids)
