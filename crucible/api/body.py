"""Reads a request's JSON body: bounded while it arrives, and validated once, straight from its bytes.

FastAPI's own way reads all of it first, makes Python objects of it, and validates those.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Final, TypeVar

from fastapi import Request
from pydantic import TypeAdapter, ValidationError

from crucible.api.problems import invalid_request
from crucible.api.room import share_of
from crucible.api.values import check_values
from crucible.domain.errors import MalformedRequestError, TooLargeError, UnsupportedMediaTypeError

T = TypeVar("T")
SILENT_SECONDS: Final = 60.0
"""How long a body may pause."""


async def read_json(request: Request, adapter: TypeAdapter[T], *, maximum_bytes: int) -> T:
    """Return the request's body as the adapter reads it.

    Raises UnsupportedMediaTypeError, TooLargeError, UnavailableError, MalformedRequestError, InvalidRequestError.
    """
    check_media_type(request, "application/json")
    body = await _read(request, maximum_bytes)
    check_values(body, "the body")
    try:
        return adapter.validate_json(body)
    except ValidationError as error:
        raise invalid_request(error.errors(include_url=False)) from error


async def read_bytes(request: Request, *, maximum_bytes: int) -> bytes:
    """Return the request's body as it is.

    Raises UnsupportedMediaTypeError, TooLargeError, UnavailableError or MalformedRequestError.
    """
    check_media_type(request, "application/octet-stream")
    return await _read(request, maximum_bytes)


def media_type(request: Request) -> str:
    """Return what the request says that its body is."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def check_media_type(request: Request, *wanted: str) -> None:
    """Raise UnsupportedMediaTypeError where the body is said to be something else than one of these."""
    if media_type(request) not in wanted:
        declared = request.headers.get("content-type", "")
        raise UnsupportedMediaTypeError(f"Content-Type must be {' or '.join(wanted)}, is {declared[:100]!r}")


async def _read(request: Request, maximum_bytes: int) -> bytes:
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and len(declared) <= len(str(maximum_bytes)) and int(declared) > maximum_bytes:
        raise _too_large(maximum_bytes)
    chunks: list[bytes] = []
    size = 0
    share = share_of(request.scope)
    async for chunk in _without_long_silence(request.stream()):
        size += len(chunk)
        if size > maximum_bytes:
            raise _too_large(maximum_bytes)
        share.take(len(chunk))
        chunks.append(chunk)
    return b"".join(chunks)


async def _without_long_silence(stream: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    while True:
        try:
            async with asyncio.timeout(SILENT_SECONDS):
                chunk = await anext(stream)
        except StopAsyncIteration:
            return
        except TimeoutError as error:
            raise MalformedRequestError(
                f"the body broke off: for {SILENT_SECONDS:g} s nothing of it came"
            ) from error
        yield chunk


def _too_large(maximum_bytes: int) -> TooLargeError:
    return TooLargeError(f"the body must be at most {maximum_bytes} bytes")
