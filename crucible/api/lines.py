"""Reads a body of many lines, each a JSON document, while it arrives: never more of it is held than a chunk.

https://github.com/ndjson/ndjson-spec
"""

from collections.abc import AsyncGenerator, AsyncIterator
from typing import Final

from fastapi import Request
from pydantic import TypeAdapter, ValidationError

from crucible.api.body import check_media_type
from crucible.api.problems import invalid_request
from crucible.api.room import Share, share_of
from crucible.api.values import check_values
from crucible.batches.receive import LISTED_IN
from crucible.domain.batch import CHUNK_ITEMS
from crucible.domain.errors import MalformedRequestError, TooLargeError
from crucible.domain.evaluation import Submission
from crucible.domain.limits import MIB

MEDIA_TYPES: Final = ("application/x-ndjson", "application/jsonl")
MAXIMUM_LINE_BYTES: Final = 16 * MIB
"""As one submission may have when it comes alone."""
_CHUNK_BYTES = 8 * MIB
_submission: TypeAdapter[Submission] = TypeAdapter(Submission)


async def read_submissions(request: Request, *, offset: int) -> AsyncGenerator[list[Submission], None]:
    """Yield the body's submissions in chunks, in order; empty lines are none.

    `offset`: the position of the first, by which errors name it. Raises UnsupportedMediaTypeError,
    MalformedRequestError, InvalidRequestError, TooLargeError, UnavailableError, and ClientDisconnect where the
    body breaks off: then the line that was begun is none.
    """
    check_media_type(request, *MEDIA_TYPES)
    chunk: list[Submission] = []
    position, size = offset, 0
    share = share_of(request.scope)
    async for line in _lines(request.stream(), offset, share):
        chunk.append(_parse(line, position))
        position, size = position + 1, size + len(line)
        if len(chunk) == CHUNK_ITEMS or size >= _CHUNK_BYTES:
            yield chunk
            share.give_back(size)
            chunk, size = [], 0
    if chunk:
        yield chunk


async def _lines(stream: AsyncIterator[bytes], position: int, share: Share) -> AsyncGenerator[bytes, None]:
    """Yield those that say something, each held by the share until its reader gives it back."""
    begun = bytearray()
    async for piece in stream:
        *complete, rest = piece.split(b"\n")
        share.take(len(piece) - len(complete))
        for line in complete:
            begun += line
            if begun.strip():
                yield bytes(begun)
                position += 1
            else:
                share.give_back(len(begun))
            begun.clear()
        begun += rest
        if len(begun) > MAXIMUM_LINE_BYTES:
            raise TooLargeError(f"{LISTED_IN}[{position}] must be at most {MAXIMUM_LINE_BYTES} bytes")
    if begun.strip():
        yield bytes(begun)


def _parse(line: bytes, position: int) -> Submission:
    check_values(line, f"{LISTED_IN}[{position}]")
    try:
        return _submission.validate_json(line)
    except ValidationError as error:
        found = error.errors(include_url=False)
        if found[0]["type"] == "json_invalid":
            message = f"is not JSON in UTF-8: {found[0]['ctx']['error']}"
            field = f"{LISTED_IN}[{position}]"
            raise MalformedRequestError.of_field(field, message) from error
        raise invalid_request([{**each, "loc": (LISTED_IN, position, *each["loc"])} for each in found]) from error
