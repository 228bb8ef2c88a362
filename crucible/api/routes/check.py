"""`/check`: what a language's own parser thinks of a program, without running it."""

from fastapi import APIRouter
from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from crucible.api.answers import json_response
from crucible.api.body import read_json
from crucible.api.collaborators import Asker, Crucible
from crucible.api.connection import while_connected
from crucible.api.schema import json_body, refusals
from crucible.domain.check import CheckRequest, CheckResult
from crucible.domain.limits import MIB

MAXIMUM_BODY_BYTES = 16 * MIB
"""A program of every kind of character, and headers, in JSON."""

router = APIRouter(prefix="/check", tags=["submissions"])
_request: TypeAdapter[CheckRequest] = TypeAdapter(CheckRequest)


@router.post(
    "", response_model=CheckResult, responses=refusals(422, body=True), openapi_extra=json_body(CheckRequest)
)
async def check_program(request: Request, crucible: Crucible, asker: Asker) -> Response:
    """Have a program parsed in a sandbox. Nothing of it runs, and nothing of it is kept."""
    checks, wanted = crucible.checker, await read_json(request, _request, maximum_bytes=MAXIMUM_BODY_BYTES)
    return json_response(await while_connected(request, checks.check(asker, wanted, crucible.runtimes())))
