"""Say something about an evaluation, at any time: note and labels are what people think of it, not evidence."""

from crucible.access.policy import Permission, require
from crucible.database.database import Database
from crucible.domain.evaluation import Annotation, Evaluation
from crucible.domain.principal import Principal


async def annotate(
    database: Database, principal: Principal, evaluation_id: str, annotation: Annotation
) -> Evaluation:
    """Replace the note, the labels, or both, and return the evaluation as it is then.

    Asking again changes nothing. Raises NotFoundError, PermissionDeniedError.
    """
    require(principal, Permission.ANNOTATE)
    async with database.unit_of_work(principal) as work:
        evaluation = await work.evaluations.get(evaluation_id)
        if annotation.note in {None, evaluation.note} and annotation.labels in (None, evaluation.labels):
            return evaluation
        await work.evaluations.annotate(evaluation_id, annotation)
        await work.audit.add("annotate", [evaluation_id], await work.now())
        return await work.evaluations.get(evaluation_id)
