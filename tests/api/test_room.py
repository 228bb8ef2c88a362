"""Whatever its callers begin to send, a server holds a bounded part of it, and small requests always pass."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import pytest

from crucible.api import body, lines, room
from crucible.domain.limits import KIB, MIB
from tests.serving import Serving
from tests.waiting import PATIENCE_SECONDS

LARGE = {"code": "#" * (MIB - 1), "stdin": "#" * (2 * MIB)}


@pytest.fixture(autouse=True)
def little_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_HELD_BYTES", 4 * MIB)
    monkeypatch.setattr(room, "FREE_BYTES", 64 * KIB)


@contextmanager
def begun(server: Serving, path: str, media_type: str, content: bytes) -> Iterator[socket.socket]:
    """Begin to send a body, and never end it."""
    host, _, port = server.url.removeprefix("http://").rpartition(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE_SECONDS) as connected:
        head = f"POST /api/v1{path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {media_type}\r\n"
        connected.sendall(f"{head}Content-Length: {8 * MIB}\r\n\r\n".encode() + content)
        yield connected


def until_large_is(status: int, http: httpx2.Client) -> httpx2.Response:
    """Hand in what needs room until it is answered so: what others send or give up arrives a moment later."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (answer := http.post("/evaluations", json=LARGE)).status_code != status:
        if time.monotonic() > deadline:
            raise TimeoutError(answer.text)
    return answer


@pytest.mark.parametrize("is_batch", [False, True], ids=["a document", "lines"])
def test_what_nobody_ends_takes_no_more_than_all_room_and_none_from_small_requests(
    server: Serving, http: httpx2.Client, is_batch: bool
) -> None:
    batch = http.post("/batches", json={}).json()["id"]
    path, media_type = (
        (f"/batches/{batch}/evaluations", "application/x-ndjson")
        if is_batch
        else ("/evaluations", "application/json")
    )
    with begun(server, path, media_type, b'{"code": "' + b"#" * (2 * MIB)):
        refused = until_large_is(503, http)
        assert refused.json()["type"] == "urn:crucible:problem:unavailable"
        assert refused.headers["retry-after"] == "1"
        assert http.post("/evaluations", json={"code": "1"}).status_code == 202
    until_large_is(202, http)


def test_a_body_that_pauses_for_long_is_given_up(
    server: Serving, http: httpx2.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(body, "SILENT_SECONDS", 0.3)
    with begun(server, "/evaluations", "application/json", b'{"code": "' + b"#" * (2 * MIB)) as connected:
        assert connected.recv(64 * KIB).startswith(b"HTTP/1.1 400 ")
        assert http.post("/evaluations", json=LARGE).status_code == 202


def test_a_batch_of_any_size_is_held_a_piece_at_a_time(
    http: httpx2.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "CHUNK_ITEMS", 20)
    batch = http.post("/batches", json={}).json()["id"]
    line = json.dumps({"code": "#" * (32 * KIB)}).encode() + b"\n"
    blanks = b" " * (32 * KIB) + b"\n"
    headers = {"Content-Type": "application/x-ndjson"}
    for _ in range(2):
        content = (line + blanks) * 190
        answer = http.post(f"/batches/{batch}/evaluations?offset=0", content=content, headers=headers)
        assert (answer.status_code, answer.json()["received"]) == (202, 190)
