"""Stands before every route: who may speak to this server at all, and what every answer carries.

A server on the loopback address is reachable by every web page that its owner visits. Such a page can't choose the
Host that the browser sends (so DNS rebinding shows), nor leave out Origin or Sec-Fetch-Site where it matters, nor
send `application/json` without asking first. Plain ASGI, as it is part of every request's time.
"""

import asyncio
import secrets
from collections.abc import Collection

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from crucible.api.event_source import EVENT_STREAM
from crucible.api.problems import problem_response
from crucible.api.room import Room
from crucible.domain.errors import CrucibleError, UnavailableError, UntrustedOriginError

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
_FOREIGN_SITES = frozenset({"cross-site", "same-site"})
"""What browsers say of a request that another origin made; `none` is an address typed in."""
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}

_log = structlog.get_logger(__name__)


class Guard:
    """Refuses strangers, gives every answer its security headers and a request id, and owns up to our defects."""

    def __init__(self, app: ASGIApp, allowed_hosts: Collection[str]) -> None:
        self._app = app
        self._allowed_hosts = frozenset(name.lower() for name in allowed_hosts) | LOOPBACK_NAMES
        self._room = Room()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(send, request_id=secrets.token_hex(8))
        try:
            check_origin(Headers(scope=scope), self._allowed_hosts, scheme=scope["scheme"])
            with self._room.shared_with(scope):
                await self._app(scope, receive, answer.send)
        except ClientDisconnect:
            return  # nobody is left to answer
        except asyncio.CancelledError:
            # The server stops. What was acknowledged is on disk; whoever waits for its end asks again later.
            await answer.end(scope, UnavailableError("this server is stopping", retry_after_seconds=1))
        except UntrustedOriginError as error:
            await answer.end(scope, error)
        except Exception:  # a defect of ours: whoever asked has an answer all the same, and the log has the rest
            _log.exception("request_failed", request_id=answer.id, method=scope["method"], path=scope["path"])
            if answer.started:
                raise
            await answer.end(
                scope, CrucibleError(f"a defect of Crucible's; its log has it as request {answer.id}")
            )


class _Answer:
    """What goes back: with every header, and ended one way or another."""

    def __init__(self, send: Send, *, request_id: str) -> None:
        self.id = request_id
        self.started = False
        self._is_event_stream = False
        self._send = send

    async def send(self, message: Message) -> None:
        """Pass a message on."""
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            headers["X-Request-Id"] = self.id
            self._is_event_stream = headers.get("content-type", "").startswith(EVENT_STREAM)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        await self._send(message)

    async def end(self, scope: Scope, error: CrucibleError) -> None:
        """Answer with this error, or, where events are being told, end them: their last one says that it is.

        Anything else that began is left without an end, so that the connection is cut: it must not look whole.
        """
        if not self.started:
            await problem_response(error)(scope, _nothing_more, self.send)
        elif self._is_event_stream:
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})


async def _nothing_more() -> Message:
    return {"type": "http.disconnect"}


def check_origin(headers: Headers, allowed_hosts: Collection[str], *, scheme: str) -> None:
    """Let pass what a program on this machine or our own pages sent. Raises UntrustedOriginError."""
    host = headers.get("host", "").lower()
    if _name(host) not in allowed_hosts:
        raise UntrustedOriginError(
            f"Host {host[:100]!r} is not this server's: it answers to loopback names and CRUCIBLE_ALLOWED_HOSTS"
        )
    origin = headers.get("origin")
    if origin is not None and origin.lower() not in {f"{scheme}://{host}", f"https://{host}"}:
        raise UntrustedOriginError(f"a page from {origin[:100]!r} may not use this server")
    if origin is None and headers.get("sec-fetch-site") in _FOREIGN_SITES and not _follows_a_link(headers):
        raise UntrustedOriginError("a page from another site may not use this server")


def _follows_a_link(headers: Headers) -> bool:
    """Whether somebody comes here by a link: into a tab of its own, which no script elsewhere can read."""
    return headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"


def _name(host: str) -> str:
    name, separator, port = host.rpartition(":")
    return name if separator and port.isdecimal() else host
