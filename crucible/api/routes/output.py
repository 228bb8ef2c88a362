"""`/evaluations/{id}/output` and `/files`: the exact bytes that a program left.

They were written by a program that nobody trusts: a browser must neither guess a type nor show them.
"""

from collections.abc import AsyncIterator
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Header, Query
from fastapi import Path as PathParameter
from starlette.responses import Response, StreamingResponse

from crucible.api.answers import json_response
from crucible.api.byte_range import ByteRange, parse_range
from crucible.api.collaborators import Asker, Collaborators, Crucible
from crucible.api.parameters import EvaluationId
from crucible.api.problems import problem_response
from crucible.api.schema import binary, refusals
from crucible.domain.answer import FileList
from crucible.domain.errors import RangeNotSatisfiableError
from crucible.domain.limits import MIB
from crucible.domain.principal import Principal
from crucible.domain.sandbox import StreamName
from crucible.evaluations import files, find, output

_SLICE_BYTES = 1 * MIB
_MEDIA_TYPE = "application/octet-stream"

router = APIRouter(prefix="/evaluations", tags=["evaluations"])


@router.get(
    "/{evaluation_id}/output",
    response_class=Response,
    responses={
        200: binary("All the bytes of the stream."),
        206: binary("The range that was asked for."),
        **refusals(404, 416, 422),
    },
)
async def read_output(
    *,
    evaluation_id: EvaluationId,
    crucible: Crucible,
    asker: Asker,
    stream: Annotated[StreamName, Query()] = "stdout",
    range_header: Annotated[str | None, Header(alias="Range", description="`bytes=0-1023`.")] = None,
    if_range: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> Response:
    """Return what the program wrote, byte by byte; nothing before it ended: until then its events have it."""
    total = (await output.read(crucible.database, crucible.blobs, asker, evaluation_id, stream, stop=0)).total
    headers = {"Accept-Ranges": "bytes", **_as_attachment(f"{evaluation_id}.{stream}")}
    try:
        asked = parse_range(range_header if if_range is None else None, total)
    except ValueError as error:
        refusal = RangeNotSatisfiableError(f"Range: {error}")
        return problem_response(refusal, {"Content-Range": f"bytes */{total}"})
    part = asked or ByteRange(0, total)
    headers["Content-Length"] = str(part.stop - part.start)
    if asked:
        headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{total}"
    content = _slices(crucible, asker, evaluation_id, stream, part)
    return StreamingResponse(content, status_code=206 if asked else 200, media_type=_MEDIA_TYPE, headers=headers)


@router.get("/{evaluation_id}/files", response_model=FileList, responses=refusals(404, 422))
async def list_files(evaluation_id: EvaluationId, crucible: Crucible, asker: Asker) -> Response:
    """List the files that the program left in its working directory."""
    found = await find.get(crucible.database, asker, evaluation_id)
    return json_response(FileList(items=found.files, truncated=found.files_truncated))


@router.get(
    "/{evaluation_id}/files/{path:path}",
    response_class=Response,
    responses={200: binary("The file's bytes."), **refusals(404, 422)},
)
async def read_file(
    evaluation_id: EvaluationId,
    path: Annotated[str, PathParameter(max_length=4096)],
    crucible: Crucible,
    asker: Asker,
) -> Response:
    """Return a file that the program left."""
    data = await files.read(crucible.database, crucible.blobs, asker, evaluation_id, path)
    return Response(data, media_type=_MEDIA_TYPE, headers=_as_attachment(path.rpartition("/")[2]))


async def _slices(
    crucible: Collaborators,
    asker: Principal,
    evaluation_id: str,
    stream: StreamName,
    part: ByteRange,
) -> AsyncIterator[bytes]:
    for start in range(part.start, part.stop, _SLICE_BYTES):
        stop = min(part.stop, start + _SLICE_BYTES)
        read = await output.read(
            crucible.database, crucible.blobs, asker, evaluation_id, stream, start=start, stop=stop
        )
        yield read.data


def _as_attachment(name: str) -> dict[str, str]:
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
