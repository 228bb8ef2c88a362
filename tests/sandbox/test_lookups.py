"""The name server that knows no name, asked by people and by attackers."""

import contextlib
import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crucible.sandbox.lookups import Lookup, is_plain, name_in


def question(name: bytes, identifier: int = 7) -> bytes:
    labels = b"".join(bytes([len(label)]) + label for label in name.split(b".")) + b"\0"
    return struct.pack(">HHHHHH", identifier, 0x0100, 1, 0, 0, 0) + labels + struct.pack(">HH", 1, 1)


def framed(*questions: bytes) -> bytes:
    return b"".join(struct.pack(">H", len(one)) + one for one in questions)


@pytest.fixture
def ends():
    here, there = socket.socketpair()
    lookup = Lookup(here)
    there.settimeout(1)
    with there:
        yield lookup, there
    lookup.close()


def test_two_questions_at_once_get_two_answers_that_there_is_no_such_name(ends) -> None:
    lookup, client = ends
    client.sendall(framed(question(b"example.com", 1), question(b"example.com", 2)))
    assert lookup.serve() == ([b"example.com"] * 2, True)
    replies = client.recv(4096)
    for identifier in (1, 2):
        (length,) = struct.unpack_from(">H", replies)
        reply, replies = replies[2:][:length], replies[2 + length :]
        assert struct.unpack_from(">HHHHHH", reply) == (identifier, 0x8183, 1, 0, 0, 0)
        assert reply[12:] == question(b"example.com")[12:]
    assert replies == b""


def test_a_question_in_pieces_is_one(ends) -> None:
    lookup, client = ends
    whole = framed(question(b"a.example"))
    for place in range(len(whole) - 1):
        client.sendall(whole[place : place + 1])
        assert lookup.serve() == ([], True)
    client.sendall(whole[-1:])
    assert lookup.serve() == ([b"a.example"], True)
    assert lookup.was_asked


def test_who_leaves_is_left(ends) -> None:
    lookup, client = ends
    client.shutdown(socket.SHUT_WR)
    assert lookup.serve() == ([], False)
    assert not lookup.was_asked


def test_who_does_not_listen_is_left(ends) -> None:
    lookup, client = ends
    asked = framed(*[question(b"a.example")] * 10)
    for _ in range(10_000):
        with contextlib.suppress(TimeoutError):
            client.sendall(asked)
        if not lookup.serve()[1]:
            return
    pytest.fail("it answers for ever")


@pytest.mark.parametrize(
    "asked",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        struct.pack(">H", 513),
        framed(b""),
        framed(b"\0" * 11),
        framed(b"\0" * 13),
        framed(question(b"a")[:-6] + b"\xff"),
    ],
    ids=["http", "too long", "empty", "short", "no name", "cut"],
)
def test_what_is_no_question_ends_the_connection(ends, asked: bytes) -> None:
    lookup, client = ends
    client.sendall(asked)
    assert lookup.serve() == ([], False)


@given(st.binary(max_size=600))
def test_any_bytes_are_a_name_or_none(raw: bytes) -> None:
    try:
        name = name_in(raw)
    except ValueError:
        return
    assert 0 < len(name) <= 255


def test_only_what_hosts_are_named_with_is_shown_as_it_is() -> None:
    assert is_plain("api.example.com")
    assert not is_plain("a\nb")
    assert not is_plain('a"b')
