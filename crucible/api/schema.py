"""What the OpenAPI document says beyond what FastAPI reads from the routes.

Bodies are read by `body.read_json` and errors leave as problem documents; FastAPI knows of neither.
"""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import models_json_schema

from crucible.api.problems import MEDIA_TYPE
from crucible.domain.answer import DeadLetterChoice, LogLevelRequest, Problem, Submissions
from crucible.domain.batch import BatchRequest, RetryRequest
from crucible.domain.check import CheckRequest
from crucible.domain.evaluation import Annotation, Submission
from crucible.domain.event import Event
from crucible.domain.pipeline import PipelineRequest
from crucible.domain.schedule import ScheduleRequest
from crucible.domain.session_record import ExecEvent, ExecRequest, SessionRequest
from crucible.domain.tenant import TenantShare
from crucible.domain.webhook import WebhookRequest

_REFERENCE = "#/components/schemas/{model}"
_EVERYWHERE = (HTTPStatus.FORBIDDEN, HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.SERVICE_UNAVAILABLE)
_BODY = (HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)

Responses = dict[int | str, dict[str, Any]]


def refusals(*statuses: int, body: bool = False) -> Responses:
    """Return the errors of a route: these, those of a route that reads a body, and those of every route."""
    every = sorted({*statuses, *_EVERYWHERE, *(_BODY if body else ())})
    reference = {"$ref": _REFERENCE.format(model=Problem.__name__)}
    return {
        int(status): {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: {"schema": reference}}}
        for status in every
    }


def json_body(model: type[BaseModel]) -> dict[str, Any]:
    """Return the description of a route's body."""
    reference = {"$ref": _REFERENCE.format(model=model.__name__)}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": reference}}}}


def binary(description: str, media_type: str = "application/octet-stream") -> dict[str, Any]:
    """Return the description of an answer that is no JSON."""
    return {"description": description, "content": {media_type: {"schema": {"type": "string"}}}}


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the application's OpenAPI document."""
    document = get_openapi(
        title=app.title, version=app.version, summary=app.summary, description=app.description, routes=app.routes
    )
    _, extra = models_json_schema(
        [
            (Submission, "validation"),
            (Submissions, "validation"),
            (Annotation, "validation"),
            (CheckRequest, "validation"),
            (DeadLetterChoice, "validation"),
            (WebhookRequest, "validation"),
            (BatchRequest, "validation"),
            (RetryRequest, "validation"),
            (PipelineRequest, "validation"),
            (ScheduleRequest, "validation"),
            (SessionRequest, "validation"),
            (TenantShare, "validation"),
            (LogLevelRequest, "validation"),
            (ExecRequest, "validation"),
            (Problem, "serialization"),
        ],
        ref_template=_REFERENCE,
    )
    event = TypeAdapter(Event).json_schema(ref_template=_REFERENCE, mode="serialization")
    told = TypeAdapter(ExecEvent).json_schema(ref_template=_REFERENCE, mode="serialization")
    schemas = document["components"]["schemas"]
    events = {**event.pop("$defs"), "Event": event, **told.pop("$defs"), "ExecEvent": told}
    for name, schema in {**extra["$defs"], **events}.items():
        schemas.setdefault(name, schema)
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    document["components"]["schemas"] = dict(sorted(schemas.items()))
    return document
