"""A doorbell between processes: Celery's messages on Redis to workers, and a channel of Redis for cancellations.

Nobody waits for the broker. What is to be rung goes to a task of the process, which sends what has gathered; while
Redis is away it is dropped, since the scheduler rings again for whatever is queued. A queue in which many rings
wait already gets no more: who hears one of them looks into the table, and finds the rest.
"""

import asyncio
from collections.abc import Sequence
from types import TracebackType
from typing import Self

import structlog
from celery import Celery
from kombu.exceptions import OperationalError
from redis.asyncio import Redis
from redis.exceptions import RedisError

from crucible.domain.ring import Ring
from crucible.ending import ended
from crucible.queue.broker import BROKER_PRIORITY, RING, messages

CANCELLATIONS = "crucible:cancellations"
MOST_WAITING = 100
"""Of messages in one queue."""
_MOST_UNSENT = 10_000
_log = structlog.stdlib.get_logger(__name__)


class CeleryDoorbell:
    """See `Doorbell`. It sends from `async with` on."""

    def __init__(self, app: Celery, redis: Redis) -> None:
        self._app = app
        self._redis = redis
        self._unsent: list[Ring] = []
        self._cancelled: list[str] = []
        self._work = asyncio.Event()
        self._sending: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._sending = asyncio.create_task(self._keep_sending())
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._sending:
            await ended(self._sending)
        self._app.close()

    async def ring(self, rings: Sequence[Ring]) -> None:
        """See `Doorbell`."""
        room = _MOST_UNSENT - len(self._unsent)
        self._unsent += rings[: max(0, room)]
        self._work.set()

    async def cancel(self, evaluation_id: str) -> None:
        """See `Doorbell`."""
        self._cancelled.append(evaluation_id)
        self._work.set()

    async def _keep_sending(self) -> None:
        while True:
            await self._work.wait()
            self._work.clear()
            rings, self._unsent = self._unsent, []
            cancelled, self._cancelled = self._cancelled, []
            try:
                for evaluation_id in cancelled:
                    await self._redis.publish(CANCELLATIONS, evaluation_id)
                if rings:
                    await asyncio.to_thread(self._send, rings)
            except (OperationalError, RedisError, OSError) as error:
                _log.warning("not_rung", rings=len(rings), cancellations=len(cancelled), reason=str(error))

    def _send(self, rings: Sequence[Ring]) -> None:
        with self._app.producer_pool.acquire(block=True, timeout=5) as producer:
            waiting: dict[str, int] = {}
            for queue, priority, ids in messages(rings):
                if queue.name not in waiting:
                    declared = producer.channel.queue_declare(queue=queue.name)
                    waiting[queue.name] = declared.message_count
                if waiting[queue.name] >= MOST_WAITING:
                    continue
                waiting[queue.name] += 1
                self._app.send_task(
                    RING,
                    args=(list(ids),),
                    queue=queue,
                    priority=BROKER_PRIORITY[priority],
                    ignore_result=True,
                    producer=producer,
                )
