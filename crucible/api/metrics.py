"""`/metrics`: the signals to scale and to alert by, in Prometheus's text form, read from the database when asked.

Whichever `crucible serve` is asked, the answer is the same, so one is enough to scrape. Nothing here names a
tenant or an evaluation. https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from crucible.database.signals import Waiting
from crucible.domain.dead_letter import DeadLetterState
from crucible.domain.evaluation import Priority
from crucible.domain.measure import Count, Duration, Measures
from crucible.domain.worker import ALIVE_FOR, WorkerReport

if TYPE_CHECKING:
    from crucible.database.database import Database


async def metrics(request: Request) -> Response:
    """Answer with every signal."""
    database: Database = request.app.state.collaborators.database
    async with database.system_unit_of_work() as work:
        at = await work.now()
        waiting = await work.signals.waiting(at)
        running = await work.signals.running()
        workers = await work.workers.seen(at=at, within=ALIVE_FOR)
        measured = await work.measures.read()
        letters = await work.signals.dead_letters()
        undelivered = await work.signals.undelivered()
        deleted = await work.retention.deleted()
        kept = request.app.state.collaborators.retention.deleted
        overdue = 0.0 if kept is None else await work.retention.overdue_seconds(at - kept)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Signals(waiting, running, workers))
    registry.register(_Failures(letters, undelivered))
    registry.register(_Kept(deleted, overdue))
    registry.register(_Measured(measured))
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
            slots.add_metric((worker.name,), worker.slots if worker.takes_more else 0)
            used.add_metric((worker.name,), worker.running)
        yield from (slots, used)


class _Failures(Collector):
    def __init__(self, letters: Mapping[DeadLetterState, int], undelivered: int) -> None:
        self._letters = letters
        self._undelivered = undelivered

    def collect(self) -> Iterator[Metric]:
        """Yield what was given up, and who has still to hear of it."""
        letters = GaugeMetricFamily("crucible_dead_letters", "Evaluations that were given up.", labels=("state",))
        for state, number in self._letters.items():
            letters.add_metric((state,), number)
        yield letters
        yield GaugeMetricFamily(
            "crucible_undelivered", "Notifications that have still to be taken.", value=self._undelivered
        )


class _Kept(Collector):
    def __init__(self, deleted: int, overdue_seconds: float) -> None:
        self._deleted = deleted
        self._overdue_seconds = overdue_seconds

    def collect(self) -> Iterator[Metric]:
        """Yield what was deleted and is there yet, and how late retention is."""
        yield GaugeMetricFamily(
            "crucible_deleted", "Evaluations that were deleted and can be restored.", value=self._deleted
        )
        yield GaugeMetricFamily(
            "crucible_removal_overdue_seconds",
            "For how long the first that is to be removed has been due.",
            value=self._overdue_seconds,
        )


_COUNTED = {
    Count.RETRIES: "Evaluations that were queued again since their run was lost.",
    Count.LEASE_EXPIRIES: "Leases that were taken back from a worker that was not heard of.",
    Count.STALE_RESULTS: "Results that came too late and were discarded.",
    Count.REMOVED: "Evaluations that were removed for good.",
}
_TIMED = {
    Duration.WAIT: "From when an evaluation was due until a worker had it.",
    Duration.COLD_START: "From then until its sandbox stood and the program began.",
    Duration.EXECUTION: "From then until it ended.",
}


class _Measured(Collector):
    def __init__(self, measured: Sequence[tuple[str, Measures]]) -> None:
        self._measured = measured

    def collect(self) -> Iterator[Metric]:
        """Yield what each process counted and timed."""
        for what, help_text in _COUNTED.items():
            counter = CounterMetricFamily(f"crucible_{what}", help_text, labels=("process",))
            for process, measures in self._measured:
                counter.add_metric((process,), measures.counts[what])
            yield counter
        for timed, help_text in _TIMED.items():
            histogram = HistogramMetricFamily(
                f"crucible_{timed}_seconds", help_text, labels=("process", "engine"), unit="seconds"
            )
            for process, measures in self._measured:
                for (what_was, engine), found in measures.durations.items():
                    if what_was is timed:
                        histogram.add_metric((process, engine), list(found.cumulative()), found.total_seconds)
            yield histogram
