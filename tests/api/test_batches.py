"""The life of a batch over HTTP."""

import csv
import json
import socket
from collections.abc import Iterable, Iterator
from typing import Any

import httpx2
import pytest

from crucible.api import lines
from crucible.client import Crucible, ServerUnreachableError, Submission
from tests.serving import Serving

LINES = {"Content-Type": "application/x-ndjson"}


def made(http: httpx2.Client, **fields: object) -> str:
    answer = http.post("/batches", json=fields)
    assert answer.status_code == 201, answer.text
    identifier: str = answer.json()["id"]
    assert answer.headers["location"] == f"/api/v1/batches/{identifier}"
    return identifier


def lines_of(count: int, first: int = 0) -> bytes:
    return b"".join(b'{"code": "%d"}\n' % number for number in range(first, first + count))


def handed_in(
    http: httpx2.Client, batch: str, body: bytes | Iterable[bytes], **parameters: Any
) -> httpx2.Response:
    return http.post(f"/batches/{batch}/evaluations", content=body, params=parameters, headers=LINES)


def ended(http: httpx2.Client, batch: str) -> dict[str, Any]:
    for item in http.get(f"/batches/{batch}/evaluations", params={"limit": 200}).json()["items"]:
        http.get(f"/evaluations/{item['id']}?wait=20")
    shown: dict[str, Any] = http.get(f"/batches/{batch}").json()
    return shown


def test_a_batch_is_handed_in_followed_and_taken_home(http: httpx2.Client) -> None:
    batch = made(http, name="study", labels={"model": "a"})
    answer = handed_in(http, batch, lines_of(3), last=True)
    assert (answer.status_code, answer.json()["received"]) == (202, 3)
    shown = ended(http, batch)
    assert (shown["name"], shown["labels"], shown["created_by"]) == ("study", {"model": "a"}, "local")
    assert (shown["state"], shown["outcomes"]) == ("completed", {"succeeded": 3})
    listed = http.get(f"/batches/{batch}/evaluations", params={"outcome": "succeeded", "limit": 2}).json()
    assert [(one["batch_id"], one["batch_position"]) for one in listed["items"]] == [(batch, 0), (batch, 1)]
    assert http.get("/batches").json()["items"] == [shown]
    assert http.get(f"/batches/{batch}/causes").json() == {"items": [], "truncated": False}
    assert http.post(f"/batches/{batch}/retry", json={}).json() == shown
    assert http.post(f"/batches/{batch}/cancel").status_code == 409
    home = http.get(f"/batches/{batch}/export", params={"format": "csv"})
    assert home.headers["content-type"] == "text/csv; charset=utf-8"
    assert home.headers["content-disposition"] == f'attachment; filename="{batch}.csv"'
    assert [row["runtime_version"] for row in csv.DictReader(home.text.splitlines())] == ["CPython 3.11.7"] * 3
    assert [json.loads(line)["stdout"] for line in http.get(f"/batches/{batch}/export").text.splitlines()] == [
        "hello\n"
    ] * 3


def test_lines_arrive_in_whatever_pieces(http: httpx2.Client) -> None:
    body = lines_of(20).replace(b"\n", b"\r\n\n  \n")[:-6]

    def pieces() -> Iterator[bytes]:
        for start in range(0, len(body), 7):
            yield body[start : start + 7]

    assert handed_in(http, made(http), pieces(), last=True).json()["received"] == 20


def test_each_chunk_is_acknowledged_by_itself(http: httpx2.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "CHUNK_ITEMS", 5)
    batch = made(http)
    answer = handed_in(http, batch, lines_of(12) + b'{"code": ""}\n')
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"field": "lines[12].code", "message": "must not be empty: there is nothing to run"}
    ]
    assert http.get(f"/batches/{batch}").json()["received"] == 10
    assert handed_in(http, batch, lines_of(2, first=10), offset=10, last=True).json()["received"] == 12


def test_a_connection_that_breaks_leaves_whole_chunks(
    server: Serving, http: httpx2.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "CHUNK_ITEMS", 2)
    batch = made(http)
    address = httpx2.URL(server.url)
    head = f"POST /api/v1/batches/{batch}/evaluations HTTP/1.1\r\nHost: {address.host}\r\n"
    with socket.create_connection((address.host, address.port or 80)) as connection:
        connection.sendall(f"{head}Content-Type: application/x-ndjson\r\nContent-Length: 9999\r\n\r\n".encode())
        connection.sendall(lines_of(5) + b'{"code"')
        while http.get(f"/batches/{batch}").json()["received"] < 4:
            pass
    assert http.get(f"/batches/{batch}").json()["received"] == 4
    assert handed_in(http, batch, lines_of(6), last=True).json()["received"] == 6


@pytest.mark.parametrize(
    ("body", "status", "field", "said"),
    [
        (b'{"code": 1}\n', 422, "lines[0].code", "string"),
        (b'{"code": "1"}\nnonsense\n', 400, "lines[1]", "is not JSON in UTF-8"),
        (b'{"code": "\xff"}\n', 400, "lines[0]", "is not JSON in UTF-8"),
        (b"[]\n", 422, "lines[0]", ""),
        (b'{"code": "1", "colour": "red"}\n', 422, "lines[0].colour", "is not a field of this request"),
        (b'{"code": "1", "limits": {"wall_seconds": -1}}', 422, "lines[0].limits.wall_seconds", "at least 0.1"),
        (b'{"code": "1", "runtime": "cobol"}', 422, "lines[0].runtime", "is not a runtime"),
    ],
)
def test_a_bad_line_is_named(http: httpx2.Client, body: bytes, status: int, field: str, said: str) -> None:
    answer = handed_in(http, made(http), body)
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["field"]) == (status, field)
    assert said in error["message"]


def test_a_line_has_a_bound(http: httpx2.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "MAXIMUM_LINE_BYTES", 100)
    answer = handed_in(http, made(http), lines_of(1) + b'{"code": "' + b"1" * 100 + b'"}')
    assert (answer.status_code, answer.json()["detail"]) == (413, "lines[1] must be at most 100 bytes")


def test_a_body_that_is_not_said_to_be_lines_is_refused(http: httpx2.Client) -> None:
    answer = http.post(f"/batches/{made(http)}/evaluations", json={"code": "1"})
    assert (answer.status_code, answer.json()["type"]) == (415, "urn:crucible:problem:unsupported-media-type")


@pytest.mark.parametrize("address", ["/batches/ba_x", f"/batches/ba_{'0' * 26}", "/batches/ev_1/causes"])
def test_a_batch_that_is_not_there_is_not_found(http: httpx2.Client, address: str) -> None:
    answer = http.get(address)
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:crucible:problem:not-found")


@pytest.mark.parametrize(
    ("body", "field"),
    [({"name": ""}, "name"), ({"name": "a\0"}, "name"), ({"labels": {"": "x"}}, "labels"), ({"size": 1}, "size")],
)
def test_a_batch_that_can_not_be_is_refused(http: httpx2.Client, body: dict[str, object], field: str) -> None:
    answer = http.post("/batches", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["field"][: len(field)]) == (422, field)


def test_a_key_makes_one_batch(http: httpx2.Client) -> None:
    first, second = (
        http.post("/batches", json={"name": "x"}, headers={"Idempotency-Key": "once"}) for _ in range(2)
    )
    assert first.json() == second.json()
    assert second.headers["idempotency-replayed"] == "true"


def test_an_export_that_a_stopping_server_cuts_off_does_not_look_whole(server: Serving) -> None:
    assert server.loop is not None
    assert server.http is not None
    with Crucible(server.url) as crucible:
        batch = crucible.batches.submit([Submission(code="#" * 900_000)] * 40)
        pieces = crucible.batches.export(batch.id)
        next(pieces)
        server.loop.call_soon_threadsafe(server.http.finish)
        with pytest.raises(ServerUnreachableError):
            sum(map(len, pieces))
