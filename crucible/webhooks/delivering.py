"""Goes through the outbox: tries what is due, and tries again later what failed.

At least once: a sender that is killed after the receiver took a notification sends it again, under the same id.
"""

import asyncio
from collections.abc import Collection
from datetime import timedelta

import structlog

from crucible.database.database import Database
from crucible.database.webhooks import Taken
from crucible.domain.errors import InvalidRequestError, StorageUnavailableError
from crucible.domain.webhook import DeliveryState
from crucible.ending import whole
from crucible.evaluations.requeue import Patience
from crucible.webhooks.address import Network
from crucible.webhooks.sending import ATTEMPT_SECONDS, DeliveryFailedError, send

PATIENCE = Patience(attempts=12, first_seconds=10.0, longest_seconds=3600.0)
"""A dozen attempts within some hours: a receiver may be away for as long as its own deployment takes."""
AT_ONCE = 16
"""How many receivers are told at the same time."""
_HELD_ATTEMPTS = 3
"""For how many times as long as an attempt can last it is its taker's."""
_log = structlog.stdlib.get_logger(__name__)


async def keep_delivering(
    database: Database,
    allowed: Collection[Network],
    *,
    patience: Patience = PATIENCE,
    interval_seconds: float = 1.0,
    attempt_seconds: float = ATTEMPT_SECONDS,
) -> None:
    """Deliver until cancelled. Any number of processes may; each attempt is one's."""
    running: dict[asyncio.Task[None], str] = {}
    try:
        while True:
            try:
                held = timedelta(seconds=attempt_seconds * _HELD_ATTEMPTS)
                for taken in await whole(_take(database, set(running.values()), AT_ONCE - len(running), held)):
                    attempt = _attempt(database, taken, allowed, patience, attempt_seconds)
                    running[asyncio.create_task(attempt)] = taken.webhook_id
            except StorageUnavailableError as error:
                _log.warning("outbox_unread", reason=error.detail)
            pause = asyncio.ensure_future(asyncio.sleep(interval_seconds))
            await asyncio.wait({pause, *running}, return_when=asyncio.FIRST_COMPLETED)
            pause.cancel()
            for task in [task for task in running if task.done()]:
                del running[task]
                task.result()
    finally:
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running)


async def _take(database: Database, besides: Collection[str], limit: int, held: timedelta) -> list[Taken]:
    if limit <= 0:
        return []
    async with database.system_unit_of_work() as work:
        at = await work.now()
        return list(await work.outbox.take(at=at, until=at + held, besides=besides, limit=limit))


async def _now(database: Database) -> int:
    async with database.system_unit_of_work() as work:
        return int((await work.now()).timestamp())


async def _attempt(
    database: Database, taken: Taken, allowed: Collection[Network], patience: Patience, seconds: float
) -> None:
    status: int | None = None
    error: str | None = None
    try:
        at = await whole(_now(database))
        status = await send(
            taken.url,
            secret=taken.secret,
            delivery_id=taken.id,
            body=taken.body.encode(),
            at=at,
            allowed=allowed,
            seconds=seconds,
        )
    except DeliveryFailedError as failure:
        status, error = failure.status, str(failure)
    except InvalidRequestError as failure:
        error = failure.detail
    except StorageUnavailableError as failure:
        _log.warning("outbox_unread", reason=failure.detail)
        return
    await whole(_settle(database, taken, status, error, patience))


async def _settle(
    database: Database, taken: Taken, status: int | None, error: str | None, patience: Patience
) -> None:
    """Write what came of it. Where the storage does not answer, the attempt counts and falls due again."""
    if error is None:
        state = DeliveryState.DELIVERED
    else:
        state = DeliveryState.GIVEN_UP if taken.attempts >= patience.attempts else DeliveryState.PENDING
        _log.warning("delivery_failed", delivery=taken.id, attempts=taken.attempts, state=state, reason=error)
    try:
        async with database.system_unit_of_work() as work:
            later = await work.now() + patience.delay(taken.attempts) if state is DeliveryState.PENDING else None
            await work.outbox.settle(taken, state, status=status, error=error, not_before=later)
    except StorageUnavailableError as failure:
        _log.warning("outbox_unwritten", delivery=taken.id, reason=failure.detail)
