"""Wait for an evaluation's end."""

import asyncio
import contextlib

from crucible.access.policy import Permission, require
from crucible.database.database import Database
from crucible.domain.evaluation import Evaluation
from crucible.domain.principal import Principal
from crucible.domain.sharing import NO_CAPS, Caps
from crucible.evaluations.find import get
from crucible.stream.stream import BEHIND_ALL, EventStream, Subscription


async def until_final(
    database: Database,
    stream: EventStream,
    principal: Principal,
    evaluation_id: str,
    seconds: float,
    *,
    caps: Caps = NO_CAPS,
    just_acknowledged: bool = False,
) -> Evaluation:
    """Return the evaluation once it ended, or as it is after so many seconds. Raises NotFoundError.

    `just_acknowledged`: the caller has not waited for anything since it was, so that it can't have ended unheard.
    """
    require(principal, Permission.READ)
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        with stream.subscribe(evaluation_id) as subscription:
            is_final = not just_acknowledged and await _is_final(database, principal, evaluation_id)
            in_time = is_final or await _closed(subscription, deadline)
        just_acknowledged = False
        evaluation = await get(database, principal, evaluation_id, caps=caps)
        if evaluation.status.is_final or not in_time:
            return evaluation


async def _is_final(database: Database, principal: Principal, evaluation_id: str) -> bool:
    async with database.read(principal) as view:
        return (await view.evaluations.status(evaluation_id)).is_final


async def _closed(subscription: Subscription, deadline: float) -> bool:
    """Tell whether the stream closed in time.

    Before Python 3.12 `wait_for`, and so Redis's client, may swallow that it was cancelled; what then ends as if
    nothing had happened was too late all the same.
    """
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout_at(deadline) as bound:
            async for _ in subscription.after(BEHIND_ALL):
                pass  # nothing is behind that position
    return not bound.expired()
