"""Pipelines, for programs that wait for each answer.

>>> with Crucible() as crucible:
...     make = StageRequest(name="make", code="open('numbers', 'w').write('1 2 3')")
...     add = StageRequest(
...         name="add",
...         code="print(sum(map(int, open('numbers').read().split())))",
...         needs=("make",),
...         inputs=(StageInput(stage="make", path="numbers"),),
...     )
...     made = crucible.pipelines.create(PipelineRequest(stages=(make, add)))
...     print(crucible.pipelines.wait(made.id).state)
"""

import time
from collections.abc import Collection

from crucible.client import pipeline_calls as calls
from crucible.client.calls import Ask
from crucible.domain.pipeline import Pipeline, PipelinePage, PipelineRequest, PipelineState


class Pipelines:
    """The pipelines of a server."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def create(self, request: PipelineRequest, *, idempotency_key: str | None = None) -> Pipeline:
        """Run programs one after another, each once those that it needs have ended."""
        return self._ask(calls.create(request, idempotency_key))

    def get(self, pipeline_id: str) -> Pipeline:
        """Return a pipeline with its stages, and how far each is."""
        return self._ask(calls.get(pipeline_id))

    def wait(self, pipeline_id: str, *, poll_seconds: float = calls.POLL_SECONDS) -> Pipeline:
        """Wait for a pipeline's end, however long that takes."""
        while (pipeline := self.get(pipeline_id)).state is PipelineState.RUNNING:
            time.sleep(poll_seconds)
        return pipeline

    def page(
        self, states: Collection[PipelineState] = (), *, limit: int = 50, cursor: str | None = None
    ) -> PipelinePage:
        """Return part of the list, newest first; `cursor` is the part's before it `next_cursor`."""
        return self._ask(calls.page(states, limit, cursor))

    def cancel(self, pipeline_id: str) -> Pipeline:
        """Ask for a pipeline's end; `wait` for it to be over."""
        return self._ask(calls.cancel(pipeline_id))
