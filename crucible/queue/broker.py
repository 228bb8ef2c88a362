"""Celery's one configuration: what goes over the broker, in which queues, and how a worker hears it.

A message is a ring: some ids of evaluations that wait, for Flower and for people to read. It carries no work and
is never the truth, so each setting is chosen for a doorbell (docs/adr/0020-the-broker-is-a-doorbell.md):
acknowledged before anything is done, taken only by a worker that has room, never retried, no result, JSON alone.

Queues are named by what it takes to answer: the runtime, and the engine or the first label where one is asked for.
A worker listens to those that its offer reaches, and in each the priorities are Redis lists of their own. What is
told apart no further (an image, a second label) costs a ring that the wrong worker heard; the next look finds it.
Remote control is off: who can write to the broker can ring, and nothing else.
"""

from collections.abc import Iterable, Iterator, Sequence

from celery import Celery
from kombu import Exchange, Queue

from crucible.domain.evaluation import Priority
from crucible.domain.need import Need
from crucible.domain.ring import Ring
from crucible.domain.sandbox import ENGINE_ISOLATION
from crucible.domain.worker import Offer

RING = "crucible.ring"
CHUNK = 50
"""How many ids one message holds; a batch travels as few messages."""
_PREFIX = "crucible.ring."
_EXCHANGE = Exchange("crucible", type="direct")
BROKER_PRIORITY = {Priority.HIGH: 0, Priority.NORMAL: 5, Priority.LOW: 9}
"""On Redis, 0 goes first."""


def make_app(redis_url: str) -> Celery:
    """Return the application of one process, for sending as well as for hearing."""
    app = Celery("crucible", broker=redis_url, set_as_current=False)
    app.conf.update(
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_connection_timeout=4,
        broker_transport_options={
            "global_keyprefix": "",
            "health_check_interval": 10,
            "priority_steps": sorted(BROKER_PRIORITY.values()),
            "queue_order_strategy": "priority",
            "socket_connect_timeout": 4,
            "socket_keepalive": True,
            "socket_timeout": 10,
        },
        accept_content=["json"],
        event_serializer="json",
        task_serializer="json",
        task_acks_late=False,
        task_create_missing_queues=False,
        task_default_exchange=_EXCHANGE.name,
        task_default_queue=f"{_PREFIX}unused",
        task_ignore_result=True,
        task_publish_retry=False,
        task_queues=(),
        task_send_sent_event=True,
        task_store_errors_even_if_ignored=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_disable_prefetch=True,
        worker_consumer="crucible.queue.ear:RefusingConsumer",
        worker_enable_remote_control=False,
        worker_hijack_root_logger=False,
        worker_prefetch_multiplier=1,
        worker_send_task_events=True,
        worker_soft_shutdown_timeout=1.0,
    )
    return app


def queue_of(need: Need) -> Queue:
    """Return the queue in which to ring for this."""
    if need.labels:
        return _queue(need.runtime, f".with.{need.labels[0]}")
    if need.engine in ENGINE_ISOLATION:
        return _queue(need.runtime, f".on.{need.engine}")
    return _queue(need.runtime)


def queues_of(offer: Offer) -> list[Queue]:
    """Return the queues that a worker with this offer listens to."""
    ways = [f".with.{label}" for label in sorted(offer.labels)]
    if not offer.dedicated:
        ways += [
            "",
            *(
                f".on.{engine}"
                for engine in ENGINE_ISOLATION
                if offer.only_engines is None or engine in offer.only_engines
            ),
        ]
    runtimes = sorted({runtime.name for runtime in offer.runtimes})
    return [_queue(runtime, way) for runtime in runtimes for way in ways]


def _queue(runtime: str, way: str = "") -> Queue:
    name = f"{_PREFIX}{runtime}{way}"
    return Queue(name, _EXCHANGE, routing_key=name)


def messages(rings: Iterable[Ring]) -> Iterator[tuple[Queue, Priority, Sequence[str]]]:
    """Yield what to send for these rings: the queue, the priority, and the ids, chunk by chunk."""
    alike: dict[tuple[int, str], list[Ring]] = {}
    for ring in rings:
        alike.setdefault((BROKER_PRIORITY[ring.priority], queue_of(ring.need).name), []).append(ring)
    for _, group in sorted(alike.items()):
        queue, priority = queue_of(group[0].need), group[0].priority
        ids = [ring.evaluation_id for ring in group]
        for start in range(0, len(ids), CHUNK):
            yield queue, priority, ids[start : start + CHUNK]


def ids_of(arguments: Sequence[object]) -> list[str]:
    """Return the ids that a ring carries. Raises ValueError where that is no ring of ours."""
    if len(arguments) != 1 or not isinstance(arguments[0], list):
        raise ValueError("a ring has one argument, a list")
    ids = arguments[0]
    if not 1 <= len(ids) <= CHUNK or not all(isinstance(each, str) for each in ids):
        raise ValueError(f"a ring has 1 to {CHUNK} ids")
    return ids
