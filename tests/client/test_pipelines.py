"""Pipelines through both clients, against a real server."""

import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

from crucible.client import (
    AsyncCrucible,
    Crucible,
    OnFailure,
    Outcome,
    PipelineRequest,
    PipelineState,
    StageInput,
    StageRequest,
)
from crucible.client.async_pipelines import AsyncPipelines
from crucible.client.pipelines import Pipelines
from crucible.domain.errors import ConflictError, InvalidRequestError, NotFoundError
from tests.fake_executor import FakeExecutor
from tests.serving import Serving, serving

REQUEST = PipelineRequest(
    name="study",
    stages=(
        StageRequest(name="a", code="1", on_failure=OnFailure.SKIP),
        StageRequest(
            name="b", code="2", needs=("a",), inputs=(StageInput(stage="a", stream="stdout", as_="log"),)
        ),
    ),
)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Serving]:
    with serving(tmp_path / "data", FakeExecutor()) as running:
        yield running


def test_a_pipeline_lives_through_the_client(server: Serving) -> None:
    with Crucible(server.url) as crucible:
        pipelines = crucible.pipelines
        made = pipelines.create(REQUEST, idempotency_key="k")
        assert pipelines.create(REQUEST, idempotency_key="k").id == made.id
        ended = pipelines.wait(made.id, poll_seconds=0.01)
        assert (ended.state, [stage.outcome for stage in ended.stages]) == (
            PipelineState.COMPLETED,
            [Outcome.SUCCEEDED] * 2,
        )
        assert pipelines.get(made.id) == ended
        assert pipelines.page([PipelineState.COMPLETED]).items[0].id == made.id
        assert pipelines.page([PipelineState.RUNNING]).items == ()
        assert server.executor.specs[1].files == {"log": b"hello\n"}
        with pytest.raises(ConflictError):
            pipelines.cancel(made.id)
        with pytest.raises(NotFoundError):
            pipelines.get("pl_missing")
        with pytest.raises(InvalidRequestError) as refused:
            pipelines.create(PipelineRequest(stages=(StageRequest(name="a", code="1", needs=("a",)),)))
        assert refused.value.errors[0].field == "stages[0].needs"


async def test_a_pipeline_lives_through_the_asynchronous_client(server: Serving) -> None:
    async with AsyncCrucible(server.url) as crucible:
        made = await crucible.pipelines.create(REQUEST)
        ended = await crucible.pipelines.wait(made.id, poll_seconds=0.01)
        assert ended == await crucible.pipelines.get(made.id)
        assert (await crucible.pipelines.page()).items[0].statuses == ended.statuses
        with pytest.raises(ConflictError):
            await crucible.pipelines.cancel(made.id)


def test_both_clients_have_the_same_verbs() -> None:
    def verbs(kind: type) -> dict[str, list[str]]:
        members = inspect.getmembers(kind, inspect.isfunction)
        return {name: list(inspect.signature(verb).parameters) for name, verb in members if name[0] != "_"}

    assert verbs(Pipelines) == verbs(AsyncPipelines)
