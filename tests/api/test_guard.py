"""No web page elsewhere can drive this server, and every answer says how a browser is to treat it."""

import asyncio
import json
from collections.abc import MutableMapping
from typing import Any

import httpx2
import pytest
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from crucible.api.guard import LOOPBACK_NAMES, Guard, check_origin
from crucible.domain.errors import UntrustedOriginError


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:7878", "127.0.0.1:1", "[::1]", "[::1]:7878", "LOCALHOST"]
)
def test_loopback_names_are_ours_on_any_port(host: str) -> None:
    check_origin(Headers({"host": host}), LOOPBACK_NAMES, scheme="http")


@pytest.mark.parametrize(
    "host",
    ["", "evil.example", "evil.example:7878", "localhost.evil.example", "127.0.0.1.nip.io", "::1", "[::2]:1"],
)
def test_a_host_that_is_not_ours_is_refused(host: str) -> None:
    with pytest.raises(UntrustedOriginError):
        check_origin(Headers({"host": host}), LOOPBACK_NAMES, scheme="http")


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:3000"},
        {"origin": "http://localhost"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "document"},
    ],
)
def test_a_foreign_page_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(UntrustedOriginError):
        check_origin(Headers({"host": "localhost:7878", **headers}), LOOPBACK_NAMES, scheme="http")


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://localhost:7878", "sec-fetch-site": "same-origin"},
        {"origin": "https://localhost:7878"},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"},
        {},
    ],
)
def test_our_own_pages_and_programs_pass(headers: dict[str, str]) -> None:
    check_origin(Headers({"host": "localhost:7878", **headers}), LOOPBACK_NAMES, scheme="http")


def test_a_rebound_name_reaches_no_route(http: httpx2.Client) -> None:
    answer = http.post("/evaluations", json={"code": "1"}, headers={"Host": "evil.example"})
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:crucible:problem:untrusted-origin")
    assert http.get("/evaluations").json()["items"] == []


def test_every_answer_carries_its_headers(http: httpx2.Client) -> None:
    for path in ("/evaluations", "/nowhere"):
        headers = http.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["cache-control"] == "no-store"
        assert len(headers["x-request-id"]) == 16


SCOPE: Scope = {
    "type": "http",
    "method": "GET",
    "path": "/",
    "scheme": "http",
    "headers": [(b"host", b"localhost")],
}


async def answered(app: Any) -> list[MutableMapping[str, Any]]:
    sent: list[MutableMapping[str, Any]] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.disconnect"}

    guard = Guard(app, allowed_hosts=["crucible.example"])
    await guard(SCOPE, receive, send)
    return sent


async def test_a_defect_is_owned_up_to_with_its_request_id() -> None:
    async def broken(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise ZeroDivisionError("a secret")

    start, body = await answered(broken)
    problem = json.loads(body["body"])
    request_id = dict(start["headers"])[b"x-request-id"].decode()
    assert (start["status"], problem["type"]) == (500, "urn:crucible:problem:internal-error")
    assert request_id in problem["detail"]
    assert "secret" not in body["body"].decode()


async def test_a_defect_in_the_middle_of_an_answer_breaks_it_off() -> None:
    async def broken(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await answered(broken)


async def test_a_server_that_stops_sends_its_waiting_clients_away_in_words() -> None:
    async def cancelled(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise asyncio.CancelledError

    start, _ = await answered(cancelled)
    assert (start["status"], dict(start["headers"])[b"retry-after"]) == (503, b"1")


@pytest.mark.parametrize(
    ("media_type", "ends"), [(b"text/event-stream; charset=utf-8", True), (b"application/x-ndjson", False)]
)
async def test_a_server_that_stops_ends_its_event_streams_and_nothing_else(media_type: bytes, ends: bool) -> None:
    async def cancelled(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", media_type)]})
        raise asyncio.CancelledError

    _, *last = await answered(cancelled)
    assert last == ([{"type": "http.response.body", "body": b"", "more_body": False}] if ends else [])


async def test_a_client_that_left_is_not_answered() -> None:
    async def left(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise ClientDisconnect

    assert await answered(left) == []


async def test_what_is_no_request_passes_by() -> None:
    seen: list[str] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(scope["type"])

    async def nothing(*_: Any) -> Any:
        return {}

    await Guard(app, allowed_hosts=[])({"type": "lifespan"}, nothing, nothing)
    assert seen == ["lifespan"]
