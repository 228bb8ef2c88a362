"""Who connects and says nothing, or goes on and on without having said anything, is not kept."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from crucible.roles import http_connection
from crucible.roles.http_connection import MOST_UNTOLD_BYTES
from tests.fake_executor import FakeExecutor
from tests.serving import serving
from tests.waiting import PATIENCE_SECONDS

HEAD = b"POST /api/v1/evaluations HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.fixture
def connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    monkeypatch.setattr(http_connection, "HEAD_SECONDS", 0.3)
    with serving(tmp_path / "data", FakeExecutor()) as server:
        host, _, port = server.url.removeprefix("http://").rpartition(":")
        with socket.create_connection((host, int(port)), timeout=PATIENCE_SECONDS) as connected:
            yield connected


def is_over(connection: socket.socket) -> bool:
    """Whether the other side ends it, in time for nobody to run out of patience."""
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


@pytest.mark.parametrize("said", [b"", b"G", HEAD], ids=["nothing", "a byte", "most of a head"])
def test_who_never_ends_a_head_is_not_kept(connection: socket.socket, said: bytes) -> None:
    connection.sendall(said)
    assert is_over(connection)


@pytest.mark.parametrize(
    ("before", "again"),
    [
        (b"GET /", b"a" * 1000),
        (HEAD, b"X: " + b"a" * 1000 + b"\r\n"),
        (HEAD + b"X: ", b"a" * 1000),
        (CHUNKED + b"1;", b"a" * 1000),
        (CHUNKED + b"1\r\n1\r\n0\r\n", b"X: " + b"a" * 1000 + b"\r\n"),
    ],
    ids=["an address", "headers", "a header", "an extension of a chunk", "trailers"],
)
def test_what_says_nothing_is_read_no_further_than_a_bound(
    connection: socket.socket, monkeypatch: pytest.MonkeyPatch, before: bytes, again: bytes
) -> None:
    monkeypatch.setattr(http_connection, "HEAD_SECONDS", PATIENCE_SECONDS)
    connection.sendall(before)
    with pytest.raises(ConnectionError):
        connection.sendall(again * (100 * MOST_UNTOLD_BYTES // len(again)))


def test_a_body_may_come_in_small_pieces_and_a_connection_be_used_again(connection: socket.socket) -> None:
    body = b'{"nothing": "' + b"#" * MOST_UNTOLD_BYTES + b'"}'
    for _ in range(2):
        pieces = b"".join(b"1\r\n%c\r\n" % byte for byte in body)
        connection.sendall(CHUNKED + pieces + b"0\r\n\r\n")
        answer = b""
        while not answer.endswith(b"}"):
            answer += connection.recv(64 * 1024)
        assert answer.startswith(b"HTTP/1.1 422 ")
