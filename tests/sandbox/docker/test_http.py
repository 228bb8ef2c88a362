"""What the hand-written HTTP makes of engines that aren't what they seem. A fake stands for those."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from crucible.sandbox.docker.http import EngineRefusedError, EngineUnreachableError, Socket

Answering = Callable[[bytes], AsyncIterator[Socket]]


@pytest.fixture
async def answering(tmp_path: Path) -> AsyncIterator[Callable[..., object]]:
    """Provide what starts an engine that reads a request's head, says these bytes and hangs up."""
    servers: list[asyncio.Server] = []

    async def start(said: bytes, *, stay: bool = False) -> Socket:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(said)
            if stay:
                await reader.read()
            writer.close()

        path = tmp_path / f"{len(servers)}.sock"
        servers.append(await asyncio.start_unix_server(answer, path))
        return Socket(str(path))

    yield start
    for server in servers:
        server.close()


async def test_answers_of_each_length_are_read_whole(answering: Callable[..., object]) -> None:
    for said in (
        b'HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{"a": 1}',
        b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{"a\r\n5;x=y\r\n": 1}\r\n0\r\n\r\n',
        b'HTTP/1.0 200 OK\r\n\r\n{"a": 1}',
    ):
        socket = await answering(said)
        assert await socket.request("GET", "/x", seconds=5) == {"a": 1}
    assert await (await answering(b"HTTP/1.1 204 No Content\r\n\r\n")).request("POST", "/x", seconds=5) is None


async def test_a_refusal_is_told_in_the_engines_words(answering: Callable[..., object]) -> None:
    body = json.dumps({"message": "No such image: x"}).encode()
    said = b"HTTP/1.1 404 Not Found\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
    with pytest.raises(EngineRefusedError, match="No such image: x") as caught:
        await (await answering(said)).request("GET", "/x", seconds=5)
    assert caught.value.status == 404


async def test_a_refusal_without_words_still_has_its_status(answering: Callable[..., object]) -> None:
    for body in (b"", b"<html>", b"[]", b'{"error": 1}', b"\xff\xfe"):
        said = b"HTTP/1.1 500 Oops\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
        with pytest.raises(EngineRefusedError) as caught:
            await (await answering(said)).request("GET", "/x", seconds=5)
        assert caught.value.status == 500
        assert str(caught.value)


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"HTTP/1.1 fine\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFF\r\nx",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 20_000,
    ],
    ids=[
        "nothing",
        "ssh",
        "no status",
        "short",
        "no length",
        "no chunk",
        "half a chunk",
        "huge chunk",
        "huge head",
    ],
)
async def test_what_is_no_answer_is_an_engine_that_can_not_be_reached(
    answering: Callable[..., object], said: bytes
) -> None:
    with pytest.raises(EngineUnreachableError):
        await (await answering(said)).request("GET", "/x", seconds=5)


async def test_an_answer_without_an_end_does_not_fill_the_memory(answering: Callable[..., object]) -> None:
    said = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (9 * 1024 * 1024)
    with pytest.raises(EngineUnreachableError, match="larger than"):
        await (await answering(said)).request("GET", "/x", seconds=5)


async def test_an_engine_that_says_nothing_is_given_up_in_time(answering: Callable[..., object]) -> None:
    with pytest.raises(EngineUnreachableError, match=r"did not answer"):
        await (await answering(b"", stay=True)).request("GET", "/x", seconds=0.2)
    slow = await answering(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", stay=True)
    with pytest.raises(EngineUnreachableError, match="did not answer GET /x"):
        await slow.request("GET", "/x", seconds=0.2)


async def test_a_socket_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(EngineUnreachableError, match=r"nobody\.sock"):
        await Socket(str(tmp_path / "nobody.sock")).request("GET", "/x", seconds=5)


async def test_lines_without_an_end_are_followed_as_they_come(answering: Callable[..., object]) -> None:
    chunks = b'9\r\n{"n": 1}\n\r\n4\r\n{"n"\r\n6\r\n: 2}\n\n\r\n0\r\n\r\n'
    said = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks
    begun = asyncio.Event()
    socket = await answering(said)
    assert [line async for line in socket.follow("/x", {}, begun, seconds=5)] == [{"n": 1}, {"n": 2}]
    assert begun.is_set()


async def test_a_connection_is_handed_over_only_where_the_engine_agreed(answering: Callable[..., object]) -> None:
    socket = await answering(b"HTTP/1.1 101 UPGRADED\r\nUpgrade: tcp\r\n\r\nraw")
    reader, writer = await socket.upgrade("/x", {}, seconds=5)
    assert await reader.read() == b"raw"
    writer.close()
    socket = await answering(b'HTTP/1.1 409 Conflict\r\nContent-Length: 18\r\n\r\n{"message": "gone"}')
    with pytest.raises(EngineRefusedError, match="gone"):
        await socket.upgrade("/x", {}, seconds=5)
