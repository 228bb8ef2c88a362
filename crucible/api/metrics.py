"""`/metrics`: the signals to scale by, in Prometheus's text form, read from the database as they are asked for.

Whichever `crucible serve` is asked, the answer is the same, so one is enough to scrape. Nothing here names a
tenant or an evaluation. https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from crucible.database.signals import Waiting
from crucible.domain.evaluation import Priority
from crucible.domain.worker import WorkerReport

if TYPE_CHECKING:
    from crucible.database.database import Database

_ALIVE = timedelta(seconds=15)


async def metrics(request: Request) -> Response:
    """Answer with every signal."""
    database: Database = request.app.state.collaborators.database
    async with database.system_unit_of_work() as work:
        at = await work.now()
        waiting = await work.signals.waiting(at)
        running = await work.signals.running()
        workers = await work.workers.seen(at=at, within=_ALIVE)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Signals(waiting, running, workers))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


class _Signals(Collector):
    def __init__(self, waiting: Sequence[Waiting], running: int, workers: Sequence[WorkerReport]) -> None:
        self._waiting = waiting
        self._running = running
        self._workers = workers

    def collect(self) -> Iterator[Metric]:
        """Yield each signal."""
        yield from self._queue()
        yield GaugeMetricFamily("crucible_running", "Evaluations that run.", value=self._running)
        yield from self._places()

    def _queue(self) -> Iterator[Metric]:
        depth = GaugeMetricFamily("crucible_queue_depth", "Evaluations that wait.", labels=("priority", "runtime"))
        for each in self._waiting:
            depth.add_metric((each.priority, each.runtime), each.count)
        yield depth
        oldest = GaugeMetricFamily(
            "crucible_queue_oldest_seconds", "How long the first that waits has been due.", labels=("priority",)
        )
        for priority in Priority:
            ages = [each.oldest_seconds for each in self._waiting if each.priority is priority]
            oldest.add_metric((priority,), max(ages, default=0.0))
        yield oldest

    def _places(self) -> Iterator[Metric]:
        slots = GaugeMetricFamily("crucible_worker_slots", "How many a worker runs at once.", labels=("worker",))
        used = GaugeMetricFamily("crucible_worker_slots_used", "How many it runs now.", labels=("worker",))
        for worker in self._workers:
            slots.add_metric((worker.name,), 0 if worker.draining else worker.slots)
            used.add_metric((worker.name,), worker.running)
        yield from (slots, used)
