"""Pipelines, for programs that do something else meanwhile; see `pipelines`."""

import asyncio
from collections.abc import Collection

from crucible.client import pipeline_calls as calls
from crucible.client.calls import AsyncAsk
from crucible.domain.pipeline import Pipeline, PipelinePage, PipelineRequest, PipelineState


class AsyncPipelines:
    """The pipelines of a server."""

    def __init__(self, ask: AsyncAsk) -> None:
        self._ask = ask

    async def create(self, request: PipelineRequest, *, idempotency_key: str | None = None) -> Pipeline:
        """Run programs one after another, each once those that it needs have ended."""
        return await self._ask(calls.create(request, idempotency_key))

    async def get(self, pipeline_id: str) -> Pipeline:
        """Return a pipeline with its stages, and how far each is."""
        return await self._ask(calls.get(pipeline_id))

    async def wait(self, pipeline_id: str, *, poll_seconds: float = calls.POLL_SECONDS) -> Pipeline:
        """Wait for a pipeline's end, however long that takes."""
        pipeline = await self.get(pipeline_id)
        while pipeline.state is PipelineState.RUNNING:
            await asyncio.sleep(poll_seconds)
            pipeline = await self.get(pipeline_id)
        return pipeline

    async def page(
        self, states: Collection[PipelineState] = (), *, limit: int = 50, cursor: str | None = None
    ) -> PipelinePage:
        """Return part of the list, newest first; `cursor` is the part's before it `next_cursor`."""
        return await self._ask(calls.page(states, limit, cursor))

    async def cancel(self, pipeline_id: str) -> Pipeline:
        """Ask for a pipeline's end; `wait` for it to be over."""
        return await self._ask(calls.cancel(pipeline_id))
