"""Hand the programs of dead letters in again.

What was given up keeps its end, as every evaluation does; a replay is another evaluation, and the dead letter says
which. The decision and the evaluation are one transaction, so that asking twice, or two people asking at once,
runs a program once. What belongs to a batch runs again in its place there, as a retry of the batch would have it;
what was retried there already runs no second time.
"""

from collections.abc import Mapping, Sequence
from functools import partial

from crucible.access.policy import Permission, require
from crucible.database.batches import HeldBatch
from crucible.database.database import Database, TenantWork
from crucible.database.failures import repeated
from crucible.domain.dead_letter import DeadLetterState, DeadLetterSummary
from crucible.domain.errors import ConflictError
from crucible.domain.principal import Principal
from crucible.domain.sandbox import DriverReport, RuntimeReport
from crucible.evaluations.isolation import AskEngines
from crucible.evaluations.replace import replace
from crucible.evaluations.submit import acknowledge, resolve_all
from crucible.queue.doorbell import Doorbell


async def replay(
    database: Database,
    doorbell: Doorbell,
    principal: Principal,
    evaluation_ids: Sequence[str],
    *,
    runtimes: Sequence[RuntimeReport],
    engines: AskEngines,
) -> list[DeadLetterSummary]:
    """Replay each, or none; one that was replayed before is answered as it was then.

    Raises NotFoundError, ConflictError where one was discarded, and InvalidRequestError where its runtime, or the
    isolation that it asks for, is gone.
    """
    require(principal, Permission.SUBMIT)
    unique = list(dict.fromkeys(evaluation_ids))
    offered = await engines()  # before the transaction, which must not wait for an executor
    return await repeated(
        partial(_replay, database, doorbell, principal, unique, runtimes=runtimes, engines=offered)
    )


async def _replay(
    database: Database,
    doorbell: Doorbell,
    principal: Principal,
    evaluation_ids: Sequence[str],
    *,
    runtimes: Sequence[RuntimeReport],
    engines: Sequence[DriverReport],
) -> list[DeadLetterSummary]:
    async with database.unit_of_work(principal) as work:
        in_batches = await work.dead_letters.batches(evaluation_ids)
        held = {each: await work.batches.hold(each) for each in sorted(set(in_batches.values()))}
        letters = await work.dead_letters.held(evaluation_ids)
        for letter in letters:
            if letter.state is DeadLetterState.DISCARDED:
                raise ConflictError(
                    f"dead letter {letter.evaluation_id!r} was discarded: rerun the evaluation to run it again"
                )
        waiting = [each.evaluation_id for each in letters if each.state is DeadLetterState.WAITING]
        if not waiting:
            return letters
        submissions = {each: await work.evaluations.submission(each) for each in waiting}
        resolved = resolve_all(list(submissions.values()), runtimes, None, engines)
        names = dict(zip(waiting, resolved, strict=True))
        for batch in held.values():
            of_it = [each for each in waiting if in_batches.get(each) == batch.id]
            await _replay_in_batch(work, doorbell, batch, of_it, principal)
        alone = [each for each in waiting if each not in in_batches]
        if alone:
            made = await acknowledge(
                work, doorbell, [submissions[each] for each in alone], [names[each] for each in alone]
            )
            successors = {each: evaluation.id for each, evaluation in zip(alone, made, strict=True)}
            await _note(work, successors, principal)
        at = await work.now()
        await work.audit.add("replay", waiting, at)
        return await work.dead_letters.held(evaluation_ids)


async def _replay_in_batch(
    work: TenantWork, doorbell: Doorbell, batch: HeldBatch, evaluation_ids: Sequence[str], principal: Principal
) -> None:
    """Run each again in its place, but for what runs again there already."""
    if batch.is_cancelled and not batch.is_finished:
        raise ConflictError(f"batch {batch.id!r} is being cancelled: replay what was given up once that is over")
    await _note(work, await work.batch_items.successors(evaluation_ids), principal)
    in_place = await work.batch_items.in_place(evaluation_ids)
    if in_place:
        await replace(work, doorbell, batch, in_place, subject=principal.subject)


async def _note(work: TenantWork, successors: Mapping[str, str], principal: Principal) -> None:
    at = await work.now()
    for evaluation_id, successor in successors.items():
        await work.dead_letters.note_replayed(evaluation_id, successor, subject=principal.subject, at=at)
