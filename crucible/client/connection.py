"""Where the server is, and how the HTTP client is set up to reach it."""

import os
from typing import Any, TypeVar

import httpx2
from pydantic import TypeAdapter, ValidationError

from crucible import __version__
from crucible.client.calls import Call
from crucible.client.errors import UnexpectedAnswerError, error_of
from crucible.domain.errors import InvalidRequestError
from crucible.domain.event import Event

T = TypeVar("T")
DEFAULT_URL = "http://127.0.0.1:7878"
ANSWER_SECONDS = 30.0
"""How long the server may think, beyond the time that it was asked to wait."""
SILENCE_SECONDS = 45.0
"""How long an event stream may be silent: three missed heartbeats."""
_MOST_IDLE = 20
"""Connections that are kept. How many are in use is for the server to bound, which says so and is asked again; a
bound here would look like a server that is gone to whoever waits for a free one."""
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_event: TypeAdapter[Event] = TypeAdapter(Event)


def options(url: str | None) -> dict[str, Any]:
    """Return how to make the HTTP client. A proxy is never asked for what is on this machine.

    Raises InvalidRequestError where the address is none of a server's.
    """
    given = url or os.environ.get("CRUCIBLE_URL") or DEFAULT_URL
    if not given.startswith(("http://", "https://")):
        raise InvalidRequestError.of_field("url", f"must begin with http:// or https://, is {given!r}")
    base = httpx2.URL(given)
    return {
        "base_url": base,
        "headers": {"User-Agent": f"crucible/{__version__}"},
        "timeout": ANSWER_SECONDS,
        "limits": httpx2.Limits(max_connections=None, max_keepalive_connections=_MOST_IDLE),
        "trust_env": base.host not in _LOOPBACK,
        "verify": base.scheme == "https",
    }


def answer_of(call: Call[T], response: httpx2.Response) -> T:
    """Return the call's answer from a read response. Raises the server's error, or UnexpectedAnswerError."""
    if not response.is_success and response.status_code not in call.also_success:
        raise error_of(response)
    try:
        return call.read(response.content)
    except ValidationError as error:
        raise UnexpectedAnswerError(
            f"{response.request.url} answered what is not understood here: {error.errors()[0]['msg']}"
        ) from error


def event_of(data: str) -> Event:
    """Return the event that a server-sent event carries. Raises UnexpectedAnswerError."""
    try:
        return _event.validate_json(data, extra="ignore")
    except ValidationError as error:
        raise UnexpectedAnswerError(f"an event is not understood here: {error.errors()[0]['msg']}") from error


def resume_headers(after: str | None) -> dict[str, str]:
    """Return what asks for the events behind this one."""
    return {"Last-Event-ID": after} if after else {}
