"""Pipelines of real programs that hand numbers on, and what is true of them whatever was killed meanwhile."""

from collections import Counter
from collections.abc import Sequence

from crucible.client import Crucible, PipelineRequest, PipelineState, StageInput, StageRequest
from crucible.domain.pipeline import Pipeline

_MAKE = "import time\ntime.sleep({seconds})\nopen('number', 'w').write('{number}')\nprint('made')"
_CHANGE = "import time\ntime.sleep({seconds})\nprint(int(open('number').read()) {change})"


def diamond(number: int) -> PipelineRequest:
    """Return a pipeline whose last stage prints three times the number, plus one."""
    seconds = number % 5 / 10
    source = (StageInput(stage="make", path="number"),)
    return PipelineRequest(
        name=str(number),
        stages=(
            StageRequest(name="make", code=_MAKE.format(seconds=seconds, number=number)),
            StageRequest(
                name="double", code=_CHANGE.format(seconds=0.1, change="* 2"), needs=("make",), inputs=source
            ),
            StageRequest(
                name="increase", code=_CHANGE.format(seconds=seconds, change="+ 1"), needs=("make",), inputs=source
            ),
            StageRequest(
                name="add",
                code="read -r double < double\nread -r increased\necho $((double + increased))",
                runtime="bash",
                needs=("double", "increase"),
                inputs=(StageInput(stage="double", stream="stdout", as_="double"),),
                stdin_from="increase",
            ),
        ),
    )


def assert_each_ran_once(crucible: Crucible, pipelines: Sequence[Pipeline]) -> None:
    """Wait for all; every stage succeeded, by one evaluation, after what it needs, with what that left."""
    for pipeline in pipelines:
        ended = crucible.pipelines.wait(pipeline.id)
        assert ended.state is PipelineState.COMPLETED, ended
        stages = {stage.name: stage for stage in ended.stages}
        number = int(ended.name or "")
        assert crucible.get(stages["add"].evaluation_id or "").stdout == f"{3 * number + 1}\n"
        for stage in ended.stages:
            assert stage.queued_at is not None
            assert all((stages[need].finished_at or stage.queued_at) <= stage.queued_at for need in stage.needs)
    ran = Counter((one.pipeline_id, one.stage) for one in crucible.evaluations())
    assert ran == {(pipeline.id, stage.name): 1 for pipeline in pipelines for stage in pipeline.stages}
