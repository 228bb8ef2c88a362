"""How a worker hears the doorbell: a Celery consumer in a thread of the worker's process.

It takes a message only while the worker has room, so that a ring always reaches somebody who can answer it: the
task of a ring lasts until there is room for more, and there is one such task at a time. What is no ring of ours is
refused, and named in the log without its content.

Cancellations come on a channel of Redis, as every worker has to hear them. Either may be lost: the worker looks
into the table every few seconds by itself, and a heartbeat's answer tells of cancellations.
"""

import asyncio
import concurrent.futures
import contextlib
import os
import threading
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Self

import structlog
from celery import Celery, bootsteps
from celery.concurrency.thread import TaskPool
from celery.worker import WorkController, state
from celery.worker.consumer import Consumer
from redis.asyncio import Redis
from redis.exceptions import RedisError

from crucible.domain.worker import Offer
from crucible.ending import ended
from crucible.queue.bell import CANCELLATIONS
from crucible.queue.broker import RING, ids_of, queues_of

_RETRY_SECONDS = 0.5
_STOP_SECONDS = 5.0
_log = structlog.stdlib.get_logger(__name__)


def _refuse(reason: str, **facts: object) -> None:
    _log.warning("foreign_message_refused", reason=reason, **facts)


class RefusingConsumer(Consumer):  # type: ignore[misc]  # Celery has no types
    """A consumer that takes note of what is no ring, and drops it."""

    def on_decode_error(self, message: Any, exc: Exception) -> None:
        """Drop what is not JSON."""
        _refuse("not JSON", error=type(exc).__name__)
        message.ack()

    def on_unknown_message(self, _body: Any, message: Any) -> None:
        """Drop what is no message of Celery's."""
        _refuse("no task")
        message.reject()

    def on_unknown_task(self, _body: Any, message: Any, _exc: Exception) -> None:
        """Drop a task that is not ours."""
        _refuse("another task", task=str(message.headers.get("task"))[:80])
        message.reject()

    def on_invalid_task(self, _body: Any, message: Any, _exc: Exception) -> None:
        """Drop a task whose message is malformed."""
        _refuse("a malformed task")
        message.reject()


class _Wake(bootsteps.StartStopStep):  # type: ignore[misc]  # the same
    """Has the consumer's loop wait for one more descriptor."""

    requires = ("celery.worker.consumer.tasks:Tasks",)
    descriptor = -1

    def start(self, consumer: Any) -> None:
        """Watch the descriptor."""
        consumer.hub.add_reader(_Wake.descriptor, os.read, _Wake.descriptor, 1024)

    def stop(self, consumer: Any) -> None:
        """Let go of it."""
        consumer.hub.remove_reader(_Wake.descriptor)


class Ear:
    """Hears rings for what this offer may meet, and cancellations, from `async with` on. One a process."""

    def __init__(
        self,
        app: Celery,
        redis: Redis,
        *,
        name: str,
        offer: Offer,
        answer: Callable[[], Coroutine[Any, Any, None]],
        hear_cancellation: Callable[[], None],
    ) -> None:
        """Take what answers a ring, and returns once there is room for another."""
        self._app = app
        self._redis = redis
        self._name = name
        self._queues = queues_of(offer)
        self._answer = answer
        self._hear_cancellation = hear_cancellation
        self._loop = asyncio.get_running_loop()
        self._answering: concurrent.futures.Future[None] | None = None
        self._ending = False
        self._wake_end, self._wake = os.pipe()
        self._hearing: asyncio.Task[None] | None = None
        self._thread = threading.Thread(target=self._consume, name="ear", daemon=True)

    async def __aenter__(self) -> Self:
        self._app.task(name=RING, shared=False)(self._ring)
        self._app.conf.task_queues = self._queues
        _Wake.descriptor = self._wake_end
        self._app.steps["consumer"].add(_Wake)
        self._thread.start()
        self._hearing = asyncio.create_task(self._keep_hearing())
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._ending = True
        if self._answering:
            self._answering.cancel()
        state.should_stop = 0
        self._wake_up()
        if self._hearing:
            await ended(self._hearing)
        await asyncio.to_thread(self._thread.join, _STOP_SECONDS)
        if self._thread.is_alive():
            _log.warning("ear_did_not_end")
            return
        os.close(self._wake)
        os.close(self._wake_end)

    def _consume(self) -> None:
        ear = self

        class WakingPool(TaskPool):  # type: ignore[misc]  # the same
            """Wakes the consumer when a task is over: there is room, and it would look a second later."""

            def on_apply(self, *arguments: Any, **options: Any) -> Any:
                result = super().on_apply(*arguments, **options)
                result.f.add_done_callback(lambda _: ear._wake_up())
                return result

        state.should_stop = None
        self._app.set_default()  # a task finds its application as the default of its thread, and of others
        controller = WorkController(
            app=self._app,
            hostname=self._name,
            pool=WakingPool,
            concurrency=1,
            without_gossip=True,
            without_mingle=True,
        )
        controller.start()

    def _wake_up(self) -> None:
        os.write(self._wake, b"\0")

    def _ring(self, *arguments: object) -> None:
        """Answer a ring, on a thread of Celery's."""
        try:
            ids_of(arguments)
        except ValueError as error:
            _refuse(str(error))
            return
        if self._ending:
            return
        self._answering = asyncio.run_coroutine_threadsafe(self._answer(), self._loop)
        with contextlib.suppress(concurrent.futures.CancelledError):
            self._answering.result()

    async def _keep_hearing(self) -> None:
        while True:
            try:
                async with self._redis.pubsub(ignore_subscribe_messages=True) as channel:
                    await channel.subscribe(CANCELLATIONS)
                    self._hear_cancellation()  # one may have been missed
                    async for _ in channel.listen():
                        self._hear_cancellation()
            except (RedisError, OSError) as error:
                _log.warning("cancellations_not_heard", reason=str(error))
                await asyncio.sleep(_RETRY_SECONDS)
