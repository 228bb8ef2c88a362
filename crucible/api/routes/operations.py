"""`/queue` and `/workers`: what waits, who works, and orders to who does."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from crucible.api.answers import json_response
from crucible.api.collaborators import Asker, Crucible
from crucible.api.schema import refusals
from crucible.domain.operation import Queue, Worker, WorkerList
from crucible.domain.worker import WorkerState
from crucible.operations import queue, workers

router = APIRouter(tags=["operations"])
Name = Annotated[str, Path(max_length=255, description="As the list of workers has it.")]


@router.get("/queue", response_model=Queue, responses=refusals())
async def get_queue(crucible: Crucible, asker: Asker) -> Response:
    """Count what waits and runs at each priority, and the slots that there are for it."""
    return json_response(await queue.queue(crucible.database, asker))


@router.get("/workers", response_model=WorkerList, responses=refusals())
async def list_workers(crucible: Crucible, asker: Asker) -> Response:
    """List the workers that were heard of lately: what each can do, what it does, and what of yours it runs."""
    return json_response(await workers.workers(crucible.database, asker))


@router.post("/workers/{name}/pause", response_model=Worker, responses=refusals(404, 409, 422))
async def pause_worker(name: Name, crucible: Crucible, asker: Asker) -> Response:
    """Have a worker take nothing more until it is told to resume; what it runs goes on."""
    return json_response(await workers.order(crucible.database, asker, name, WorkerState.PAUSED))


@router.post("/workers/{name}/drain", response_model=Worker, responses=refusals(404, 409, 422))
async def drain_worker(name: Name, crucible: Crucible, asker: Asker) -> Response:
    """Have a worker take nothing more and, after its grace, hand back what it still runs."""
    return json_response(await workers.order(crucible.database, asker, name, WorkerState.DRAINING))


@router.post("/workers/{name}/resume", response_model=Worker, responses=refusals(404, 409, 422))
async def resume_worker(name: Name, crucible: Crucible, asker: Asker) -> Response:
    """Have a worker that was paused or drained take what waits again."""
    return json_response(await workers.order(crucible.database, asker, name, WorkerState.WORKING))
