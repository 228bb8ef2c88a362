"""`/engines`: what programs can be isolated by."""

from fastapi import APIRouter
from starlette.responses import Response

from crucible.api.answers import json_response
from crucible.api.collaborators import Crucible
from crucible.api.schema import refusals
from crucible.domain.answer import EngineList
from crucible.domain.engine import Engine
from crucible.domain.sandbox import DriverReport

router = APIRouter(prefix="/engines", tags=["runtimes"])


@router.get("", response_model=EngineList, responses=refusals())
async def list_engines(crucible: Crucible) -> Response:
    """List every engine, the strongest first, with what it gives on the executor's host or why it can't.

    The first time after an executor's start it tries each of them out, which takes a second or a few. The list is
    empty while no executor has told.
    """
    return json_response(EngineList(items=tuple(map(_shown, await crucible.engines()))))


def _shown(report: DriverReport) -> Engine:
    missing = dict(report.missing)
    reason = None if report.available else missing.pop("engine", "it does not work here")
    return Engine(
        name=report.engine,
        isolation=report.isolation,
        available=report.available,
        reason=reason,
        default=report.default,
        sessions=report.sessions,
        enforces=report.enforces,
        weaker=missing,
        unpromised=report.unpromised,
    )
