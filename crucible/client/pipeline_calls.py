"""What the API can be asked of pipelines, as data; see `calls`."""

from collections.abc import Collection
from typing import Final
from urllib.parse import quote

from crucible.client.calls import Call, body, new_key
from crucible.client.reading import reads
from crucible.domain.pipeline import Pipeline, PipelinePage, PipelineRequest, PipelineState

PIPELINES: Final = "/api/v1/pipelines"
POLL_SECONDS: Final = 0.5
"""How often whoever waits for a pipeline asks how far it is."""


def create(request: PipelineRequest, idempotency_key: str | None) -> Call[Pipeline]:
    """Run a pipeline."""
    return Call(
        method="POST",
        path=PIPELINES,
        read=reads(Pipeline),
        content=body(request),
        idempotency_key=idempotency_key or new_key(),
    )


def get(pipeline_id: str) -> Call[Pipeline]:
    """Show a pipeline."""
    return Call(method="GET", path=path_of(pipeline_id), read=reads(Pipeline))


def page(states: Collection[PipelineState], limit: int, cursor: str | None) -> Call[PipelinePage]:
    """List pipelines."""
    parameters = [("state", str(state)) for state in states] + [("limit", str(limit))]
    if cursor is not None:
        parameters.append(("cursor", cursor))
    return Call(method="GET", path=PIPELINES, read=reads(PipelinePage), parameters=tuple(parameters))


def cancel(pipeline_id: str) -> Call[Pipeline]:
    """End a pipeline."""
    return Call(method="POST", path=f"{path_of(pipeline_id)}/cancel", read=reads(Pipeline))


def path_of(pipeline_id: str) -> str:
    """Return a pipeline's address."""
    return f"{PIPELINES}/{quote(pipeline_id, safe='')}"
