"""Who connects and says nothing, or goes on and on without having said anything, is not kept."""

import contextlib
import json
import resource
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from crucible.client.synchronous import Crucible
from crucible.domain.evaluation import Submission
from crucible.domain.limits import KIB
from crucible.domain.sandbox import MAXIMUM_COLLECTED_BYTES, SandboxEvent, SandboxFile, SandboxSpec
from crucible.roles import http_connection
from crucible.roles.http_connection import MOST_UNTOLD_BYTES, most_connections
from tests.fake_executor import STARTED, SUCCEEDED, FakeExecutor
from tests.serving import Serving, serving
from tests.waiting import PATIENCE_SECONDS

HEAD = b"POST /api/v1/evaluations HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
HEALTH = b"GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
MUCH = MAXIMUM_COLLECTED_BYTES
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.fixture
def connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    monkeypatch.setattr(http_connection, "HEAD_SECONDS", 0.3)
    with serving(tmp_path / "data", FakeExecutor()) as server, connected_to(server) as connected:
        yield connected


def connected_to(server: Serving) -> socket.socket:
    host, _, port = server.url.removeprefix("http://").rpartition(":")
    return socket.create_connection((host, int(port)), timeout=PATIENCE_SECONDS)


def eventually(holds: Callable[[], bool]) -> None:
    """Return once it holds. Raises TimeoutError."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.02)


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
        connection.sendall(CHUNKED)  # at once, as a head is not waited for while the rest is put together
        connection.sendall(b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n")
        answer = b""
        while not answer.endswith(b"}"):
            answer += connection.recv(64 * 1024)
        assert answer.startswith(b"HTTP/1.1 422 ")


def answer_of(connected: socket.socket) -> bytes:
    """Return all that comes until the other side ends it, or breaks it off."""
    answer = bytearray()
    with contextlib.suppress(ConnectionResetError):
        while piece := connected.recv(64 * 1024):
            answer += piece
    return bytes(answer)


def test_a_connection_too_many_is_told_so_and_leaves_descriptors_to_what_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_connection, "MOST_CONNECTIONS", 2)
    with serving(tmp_path / "data", FakeExecutor()) as server, contextlib.ExitStack() as stack:

        def connected() -> socket.socket:
            return stack.enter_context(connected_to(server))

        first, _second = connected(), connected()
        refused = answer_of(connected())
        assert refused.startswith(b"HTTP/1.1 503 ")
        assert b"Retry-After: 1\r\n".lower() in refused.lower()
        assert json.loads(refused.partition(b"\r\n\r\n")[2])["type"] == "urn:crucible:problem:unavailable"
        first.close()

        def is_answered() -> bool:
            again = connected()
            again.sendall(HEALTH)
            return answer_of(again).startswith(b"HTTP/1.1 204 ")

        eventually(is_answered)


def test_at_most_half_of_what_a_process_may_open_are_connections() -> None:
    usual = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (1024, usual[1]))
        assert most_connections() == 512
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, usual)


def asks_for_much(server: Serving, connected: socket.socket) -> None:
    """Ask for more than what the kernel keeps for a reader, in one piece."""

    async def prolific(_spec: SandboxSpec) -> AsyncIterator[SandboxEvent]:
        yield STARTED
        yield SandboxFile(path="much", data=b"#" * MUCH)
        yield SUCCEEDED

    server.executor.script = prolific
    with Crucible(server.url) as crucible:
        ended = crucible.run(Submission(code="1"))
    address = f"/api/v1/evaluations/{ended.id}/files/much"
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 512 * KIB)
    connected.sendall(f"GET {address} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())


def test_an_answer_that_nobody_reads_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_connection, "UNREAD_SECONDS", 0.3)
    with serving(tmp_path / "data", FakeExecutor()) as server, connected_to(server) as connected:
        asks_for_much(server, connected)
        assert server.http
        connections = server.http.server_state.connections
        eventually(lambda: not connections)
        assert len(answer_of(connected)) < MUCH


def test_an_answer_may_be_read_as_slowly_as_one_likes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_connection, "UNREAD_SECONDS", 0.5)
    with serving(tmp_path / "data", FakeExecutor()) as server, connected_to(server) as connected:
        asks_for_much(server, connected)
        pieces = [connected.recv(MUCH // 16, socket.MSG_WAITALL)]
        while pieces[-1]:
            time.sleep(0.1)
            pieces.append(connected.recv(MUCH // 16, socket.MSG_WAITALL))
        assert sum(map(len, pieces)) > MUCH
