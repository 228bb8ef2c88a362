"""What follows from how a pipeline's stages stand: the policy, without a database.

All that follows is found at once, however far it reaches, so that it can be written down in one transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from crucible.database.records import StageStanding, Standing
from crucible.domain.pipeline import OnFailure, StageStatus
from crucible.domain.pipeline_graph import in_order

_UNSUCCESSFUL = frozenset({StageStatus.FAILED, StageStatus.CANCELLED})


class End(NamedTuple):
    """How a stage ended, and why where it did not succeed."""

    status: StageStatus
    why: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be done about a pipeline now."""

    ends: Mapping[str, End]
    """The stages whose end is to be noted."""
    ready: tuple[str, ...]
    """Those that may begin."""
    to_cancel: tuple[str, ...]
    """Those whose evaluations are to end."""
    stopped_by: str | None
    """The stage by whose failure the pipeline ends, now or before."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.ends or self.ready or self.to_cancel)


def plan(standing: Standing, refused: Mapping[str, str]) -> Plan:
    """Return what follows; `refused`: the stages that can't be given what they ask for, and why."""
    stages = standing.stages
    statuses = {name: stage.status for name, stage in stages.items()} | dict.fromkeys(refused, StageStatus.FAILED)
    stopped_by = standing.stopped_by
    if stopped_by is None and standing.cancel_requested_by is None:
        stopped_by = next((name for name in stages if _stops(stages[name], statuses[name])), None)
    end_of_all = _end_of_all(standing, stopped_by)
    ends = {name: End(StageStatus.FAILED, why) for name, why in refused.items()}
    ends |= {
        name: _end(stage, end_of_all, stopped_by)
        for name, stage in stages.items()
        if stage.status.is_final and not stage.is_noted
    }
    ready: list[str] = []
    for name in in_order({name: stage.needs for name, stage in stages.items()}):
        if statuses[name] is not StageStatus.WAITING:
            continue
        if end := end_of_all or _skipped(stages[name], stages, statuses):
            ends[name], statuses[name] = end, end.status
        elif all(statuses[need].is_final for need in stages[name].needs):
            ready.append(name)
    running = [name for name, stage in stages.items() if not statuses[name].is_final and stage.evaluation_id]
    to_cancel = [name for name in running if end_of_all and not stages[name].cancel_requested]
    return Plan(ends=ends, ready=tuple(ready), to_cancel=tuple(to_cancel), stopped_by=stopped_by)


def _stops(stage: StageStanding, status: StageStatus) -> bool:
    return stage.on_failure is OnFailure.STOP and status in _UNSUCCESSFUL


def _end_of_all(standing: Standing, stopped_by: str | None) -> End | None:
    """Return how all end that have not yet, where the pipeline is to end."""
    if standing.cancel_requested_by is not None:
        return End(StageStatus.CANCELLED, "the pipeline was cancelled")
    if stopped_by is not None:
        return End(StageStatus.CANCELLED, f"stage {stopped_by!r} did not succeed, which stops the pipeline")
    return None


def cancelled(standing: Standing, stopped_by: str | None) -> End:
    """Return how a stage ends whose evaluation was cancelled since the pipeline is to end."""
    end = _end_of_all(standing, stopped_by)
    if end is None:
        raise ValueError("the pipeline is not to end")
    return end


def _end(stage: StageStanding, end_of_all: End | None, stopped_by: str | None) -> End:
    """Return how a stage ended, as its evaluation tells."""
    if stage.status is StageStatus.COMPLETED:
        return End(stage.status, None)
    if stage.status is StageStatus.FAILED:
        return End(stage.status, f"its evaluation ended as {stage.outcome}")
    if end_of_all and stage.name != stopped_by:
        return end_of_all
    return End(stage.status, "its evaluation was cancelled")


def _skipped(
    stage: StageStanding, stages: Mapping[str, StageStanding], statuses: Mapping[str, StageStatus]
) -> End | None:
    """Return that a stage is skipped, where something that it needs says so; without waiting for the rest."""
    for need in stage.needs:
        status = statuses[need]
        skips = status in _UNSUCCESSFUL and stages[need].on_failure is OnFailure.SKIP
        if skips or status is StageStatus.SKIPPED:
            was = "was skipped" if status is StageStatus.SKIPPED else "did not succeed"
            return End(StageStatus.SKIPPED, f"it needs stage {need!r}, which {was}")
    return None
