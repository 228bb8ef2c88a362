"""Run an evaluation's program again, as another evaluation."""

from collections.abc import Sequence

from crucible.access.policy import Permission, require
from crucible.database.database import Database
from crucible.database.once import Created
from crucible.domain.evaluation import Evaluation
from crucible.domain.principal import Principal
from crucible.domain.sandbox import RuntimeReport
from crucible.evaluations.isolation import AskEngines
from crucible.evaluations.submit import submit
from crucible.queue.doorbell import Doorbell


async def rerun(
    database: Database,
    doorbell: Doorbell,
    principal: Principal,
    evaluation_id: str,
    *,
    runtimes: Sequence[RuntimeReport],
    engines: AskEngines,
    idempotency_key: str | None = None,
    endpoint: str = "",
) -> Created[list[Evaluation]]:
    """Submit the same program, inputs, limits and labels once more; the first evaluation stays as it is.

    Raises NotFoundError, and whatever `submit` raises.
    """
    require(principal, Permission.SUBMIT)
    async with database.read(principal) as view:
        submission = await view.evaluations.submission(evaluation_id)
    return await submit(
        database,
        doorbell,
        principal,
        [submission],
        runtimes=runtimes,
        engines=engines,
        idempotency_key=idempotency_key,
        endpoint=endpoint,
    )
