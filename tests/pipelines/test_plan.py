"""Whatever the stages need of each other and however they end, a pipeline comes to an end, by the rules."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from crucible.database.records import StageStanding, Standing
from crucible.domain.outcome import Outcome
from crucible.domain.pipeline import OnFailure, PipelineState, StageStatus, state_of
from crucible.pipelines.plan import cancelled, plan

_ENDS = [StageStatus.COMPLETED, StageStatus.COMPLETED, StageStatus.FAILED, StageStatus.CANCELLED]


@st.composite
def graphs(draw: st.DrawFn) -> Standing:
    """A pipeline all of whose stages wait; each needs some of those with a lower number."""
    stages: list[StageStanding] = []
    for number in range(draw(st.integers(1, 8))):
        needs = draw(st.sets(st.sampled_from(range(number)))) if number else set()
        stages.append(
            StageStanding(
                name=f"s{number}",
                needs=tuple(f"s{need}" for need in sorted(needs)),
                on_failure=draw(st.sampled_from(OnFailure)),
                runtime="bash",
                status=StageStatus.WAITING,
                is_noted=False,
                evaluation_id=None,
                outcome=None,
                finished_at=None,
                cancel_requested=False,
            )
        )
    listed = draw(st.permutations(stages))
    return Standing(
        pipeline_id="pl_1",
        state=PipelineState.RUNNING,
        cancel_requested_by=None,
        stopped_by=None,
        stages={stage.name: stage for stage in listed},
    )


class Play:
    """A pipeline that is played without a database: what a plan says is done, and what runs ends somehow."""

    def __init__(self, standing: Standing) -> None:
        self.standing = standing
        self.ran: list[str] = []

    def change(self, name: str, **values: object) -> None:
        stages = dict(self.standing.stages)
        stages[name] = replace(stages[name], **values)  # type: ignore[arg-type]  # by name
        self.standing = replace(self.standing, stages=stages)

    def advance(self, refused: frozenset[str]) -> None:
        planned = plan(self.standing, {})
        reasons = {}
        while missing := [name for name in planned.ready if name in refused and name not in reasons]:
            reasons |= dict.fromkeys(missing, "it is not there")
            planned = plan(self.standing, reasons)
        assert not set(planned.ready) & set(planned.ends)
        for name, end in planned.ends.items():
            assert end.status.is_final
            assert (end.why is None) == (end.status is StageStatus.COMPLETED)
            self.change(name, status=end.status, is_noted=True)
        for name in planned.to_cancel:
            self.change(name, status=cancelled(self.standing, planned.stopped_by).status, is_noted=True)
        self.standing = replace(self.standing, stopped_by=planned.stopped_by)
        for name in planned.ready:
            needs = [self.standing.stages[need] for need in self.standing.stages[name].needs]
            assert all(need.is_noted for need in needs)
            assert all(
                need.status is StageStatus.COMPLETED or need.on_failure is OnFailure.CONTINUE for need in needs
            )
            self.ran.append(name)
            self.change(name, status=StageStatus.RUNNING, evaluation_id=f"ev_{name}")
        assert plan(self.standing, {}).is_empty

    @property
    def running(self) -> list[str]:
        return [name for name, stage in self.standing.stages.items() if stage.status is StageStatus.RUNNING]


@given(graphs(), st.data())
def test_every_stage_ends_once_and_by_the_rules(standing: Standing, data: st.DataObject) -> None:
    play = Play(standing)
    refused = frozenset(data.draw(st.sets(st.sampled_from(sorted(standing.stages)), max_size=2)))
    play.advance(refused)
    while play.running:
        if data.draw(st.integers(0, 9)) == 0:
            play.standing = replace(play.standing, cancel_requested_by="somebody")
        for name in data.draw(st.lists(st.sampled_from(play.running), min_size=1, unique=True)):
            status = data.draw(st.sampled_from(_ENDS))
            play.change(name, status=status, outcome=Outcome.NONZERO_EXIT)
        play.advance(refused)
    stages = play.standing.stages
    assert all(stage.status.is_final and stage.is_noted for stage in stages.values())
    assert len(play.ran) == len(set(play.ran))
    assert set(play.ran).isdisjoint(refused)
    assert (
        state_of([stage.status for stage in stages.values()], cancel_requested=False) is not PipelineState.RUNNING
    )
    unsuccessful = {StageStatus.FAILED, StageStatus.CANCELLED}
    for stage in stages.values():
        if stage.status is StageStatus.SKIPPED:
            needs = [stages[need] for need in stage.needs]
            assert any(
                need.status is StageStatus.SKIPPED
                or (need.status in unsuccessful and need.on_failure is OnFailure.SKIP)
                for need in needs
            )
    if play.standing.cancel_requested_by is None and play.standing.stopped_by is None:
        assert not any(
            stage.status in unsuccessful and stage.on_failure is OnFailure.STOP for stage in stages.values()
        )
        assert not any(
            stage.status is StageStatus.CANCELLED and stage.evaluation_id is None for stage in stages.values()
        )
