"""Give an evaluation back whose holder was lost, or can't go on.

What the user's program does is an outcome and never comes here; what is counted here is the loss of a worker or an
executor. Each loss makes the next attempt wait longer, at random, so that what was lost together does not return
together; when the attempts are spent the evaluation fails, says why, and is a dead letter.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import structlog

from crucible.database.database import Database, SystemWork
from crucible.database.records import Claimed, Lost
from crucible.domain.outcome import Outcome
from crucible.stream.stream import EventStream

_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How often an evaluation is tried again, and how long it waits for that."""

    attempts: int = 3
    """The loss that makes this many is the last."""
    first_seconds: float = 1.0
    longest_seconds: float = 60.0
    chance: Callable[[float, float], float] = random.uniform

    def delay(self, lost_attempts: int) -> timedelta:
        """Return a wait: exponential in the number of losses, with full jitter.

        https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ compares ways to spread retries.
        """
        ceiling = min(self.longest_seconds, self.first_seconds * 2.0 ** min(lost_attempts - 1, 32))
        return timedelta(seconds=self.chance(0.0, ceiling))


async def hand_back(
    database: Database,
    stream: EventStream,
    claimed: Claimed,
    *,
    reason: str,
    patience: Patience,
    counted: bool = True,
) -> bool:
    """Give back what this holder holds, if it still does; True where it is queued again by that.

    Raises StorageUnavailableError.
    """
    async with database.system_unit_of_work() as work:
        work.after_commit(partial(stream.close, claimed.evaluation_id, claimed.fence))
        lost = await work.leases.held(claimed.evaluation_id, claimed.fence)
        if lost is None:
            return False
        return await take_back(work, lost, reason=reason, patience=patience, counted=counted)


async def take_back(work: SystemWork, lost: Lost, *, reason: str, patience: Patience, counted: bool) -> bool:
    """Queue an evaluation again, or end it; True where it is queued. Whoever held it can finish it no more."""
    at = await work.now()
    attempts = lost.infrastructure_attempts + counted
    if lost.cancel_requested_by:
        await work.leases.give_up(lost, Outcome.CANCELLED, error=None, attempts=attempts, at=at)
        return False
    if counted and attempts >= patience.attempts:
        error = f"given up after {attempts} attempts that Crucible could not bring to an end; the last: {reason}"
        if await work.leases.give_up(
            lost, Outcome.SANDBOX_ERROR, error=error, attempts=attempts, at=at, loss=reason
        ):
            work.after_commit(partial(tell_of_dead_letter, lost, reason, attempts))
        return False
    not_before = at + patience.delay(attempts) if counted else at
    return await work.leases.requeue(lost, reason=reason, attempts=attempts, at=at, not_before=not_before)


def tell_of_dead_letter(lost: Lost, reason: str, attempts: int) -> None:
    """Leave a line in the log, which an operator's alerts may read."""
    _log.error(
        "dead_letter", evaluation=lost.evaluation_id, attempts=attempts, reason=reason, last_worker=lost.worker
    )
