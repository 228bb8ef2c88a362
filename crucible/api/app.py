"""Puts the API together from what it works with; it owns none of it."""

from collections.abc import Collection
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from crucible import __version__
from crucible.api import problems
from crucible.api.answers import json_response
from crucible.api.collaborators import Collaborators
from crucible.api.console import Console, wants_html
from crucible.api.guard import Guard
from crucible.api.routes import (
    batches,
    check,
    dead_letters,
    engines,
    evaluations,
    events,
    health,
    log_level,
    operations,
    output,
    pipelines,
    runtimes,
    schedules,
    sessions,
    statistics,
    storage,
    submissions,
    tenants,
    webhooks,
)
from crucible.api.schema import describe
from crucible.domain.answer import Welcome
from crucible.domain.errors import NotFoundError

PREFIX = "/api/v1"
_OPENAPI = f"{PREFIX}/openapi.json"


def create_app(collaborators: Collaborators, *, allowed_hosts: Collection[str] = ()) -> FastAPI:
    """Return the application; besides loopback names, callers may address it by `allowed_hosts`."""
    app = _routes()
    app.state.collaborators = collaborators
    app.state.console = Console()
    app.add_route("/{path:path}", _console)
    app.add_middleware(Guard, allowed_hosts=allowed_hosts)
    return app


def openapi_document() -> dict[str, Any]:
    """Return what the API's OpenAPI document says."""
    return describe(_routes())


def _routes() -> FastAPI:
    app = FastAPI(
        title="Crucible",
        version=__version__,
        summary="Runs code that nobody trusts, and keeps the evidence.",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    for module in (
        submissions,
        check,
        evaluations,
        events,
        output,
        batches,
        pipelines,
        schedules,
        sessions,
        runtimes,
        engines,
        statistics,
        storage,
        dead_letters,
        log_level,
        webhooks,
        operations,
        tenants,
        health,
    ):
        app.include_router(module.router, prefix=PREFIX)
    app.add_route("/", _welcome)
    app.add_route(_OPENAPI, _openapi)
    app.add_route("/metrics", _metrics)
    problems.install(app)
    return app


async def _console(request: Request) -> Response:
    console: Console = request.app.state.console
    answer = console.answer(request)
    if answer is None:
        raise NotFoundError(f"there is nothing at {request.url.path}")
    return answer


async def _metrics(request: Request) -> Response:
    from crucible.api.metrics import metrics  # noqa: PLC0415 - most servers are never asked, and start without it

    return await metrics(request)


async def _welcome(request: Request) -> Response:
    console: Console = request.app.state.console
    if console.is_built and wants_html(request.headers):
        return await _console(request)
    links = {"evaluations": f"{PREFIX}/evaluations", "runtimes": f"{PREFIX}/runtimes", "openapi": _OPENAPI}
    return json_response(Welcome(name="Crucible", version=__version__, links=links))


async def _openapi(_request: Request) -> Response:
    return JSONResponse(openapi_document())
