"""What a schedule runs: whether it could run now, asked before one is made or made another, and its start."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from crucible.batches.create import create_whole
from crucible.database.database import TenantWork
from crucible.database.records import StartedWork
from crucible.database.schedules import HeldSchedule
from crucible.domain.errors import InvalidRequestError
from crucible.domain.evaluation import MAXIMUM_LABELS, Submission
from crucible.domain.pipeline import PipelineRequest
from crucible.domain.sandbox import DriverReport, RuntimeReport
from crucible.domain.schedule import ScheduledBatch, ScheduledWork
from crucible.evaluations.isolation import asks_for_isolation
from crucible.evaluations.submit import acknowledge, resolve_all
from crucible.pipelines.create import check_graph, start_stages
from crucible.queue.doorbell import Doorbell

Work = TypeVar("Work", Submission, ScheduledBatch, PipelineRequest)
LABEL = "schedule"
"""What is started for a schedule, be it a program, a batch or a pipeline, carries its id under this label."""


def wants_isolation(work: ScheduledWork) -> bool:
    """Tell whether any program of it wants anything but what every program gets."""
    return any(map(asks_for_isolation, work.programs))


def runtimes_of(
    work: ScheduledWork, runtimes: Sequence[RuntimeReport], engines: Sequence[DriverReport]
) -> list[str]:
    """Return the own name of each program's runtime. Raises InvalidRequestError, which names the field."""
    if work.batch is not None:
        return resolve_all(work.programs, runtimes, "batch.evaluations", engines)
    where, listed_in = ("submission", None) if work.pipeline is None else ("pipeline", "stages")
    try:
        if work.pipeline is not None:
            check_graph(work.pipeline)
        return resolve_all(work.programs, runtimes, listed_in, engines)
    except InvalidRequestError as error:
        raise error.within(where) from error


async def start(
    work: TenantWork, doorbell: Doorbell, held: HeldSchedule, *, times: int, subject: str, at: datetime
) -> list[StartedWork]:
    """Queue what a schedule runs, so many times, within a transaction; return what each is."""
    if held.work.submission is not None:
        submissions = [_labelled(held.work.submission, held.id)] * times
        evaluations = await acknowledge(work, doorbell, submissions, [*held.runtimes] * times) if times else []
        return [StartedWork(evaluation_id=evaluation.id) for evaluation in evaluations]
    started: list[StartedWork] = []
    for _ in range(times):
        if held.work.batch is not None:
            batch = _labelled(held.work.batch, held.id)
            made = await create_whole(
                work, doorbell, batch, batch.evaluations, held.runtimes, subject=subject, at=at
            )
            started.append(StartedWork(batch_id=made))
        if held.work.pipeline is not None:
            pipeline = _labelled(held.work.pipeline, held.id)
            made = await start_stages(work, doorbell, pipeline, held.runtimes, subject=subject, at=at)
            started.append(StartedWork(pipeline_id=made))
    return started


def _labelled(work: Work, schedule_id: str) -> Work:
    if len(work.labels) >= MAXIMUM_LABELS:
        return work
    return work.model_copy(update={"labels": {**work.labels, LABEL: schedule_id}})
