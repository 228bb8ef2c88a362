import base64
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from crucible.evaluations.chunk import Chunk, chunk


def told(pieces: list[bytes]) -> list[Chunk]:
    """Chunk a stream that comes in pieces, as a relay does."""
    chunks, pending = [], b""
    for place, piece in enumerate(pieces):
        pending += piece
        part = chunk(pending, final=place == len(pieces) - 1)
        pending = pending[part.size_bytes :]
        chunks.append(part)
    return [part for part in chunks if part.size_bytes]


def data(part: Chunk) -> bytes:
    raw = part.text.encode() if part.encoding == "utf-8" else base64.b64decode(part.text)
    assert len(raw) == part.size_bytes
    return raw


@given(st.lists(st.binary(max_size=12), min_size=1))
def test_no_byte_is_lost_or_changed(pieces: list[bytes]):
    assert b"".join(data(part) for part in told(pieces)) == b"".join(pieces)


@given(st.text(), st.lists(st.integers(min_value=0, max_value=100)))
def test_utf_8_stays_text_however_it_is_cut(text: str, cuts: list[int]):
    raw = text.encode()
    edges = [0, *sorted(cut for cut in cuts if cut < len(raw)), len(raw)]
    parts = told([raw[start:stop] for start, stop in pairwise(edges)])
    assert all(part.encoding == "utf-8" for part in parts)
    assert "".join(part.text for part in parts) == text


def test_bytes_that_are_no_text_are_base64():
    assert chunk(b"a\xffb", final=False) == Chunk("base64", base64.b64encode(b"a\xffb").decode(), 3)


def test_a_character_after_wrong_bytes_is_not_torn_either():
    first = chunk(b"\xff" + "€".encode()[:2], final=False)
    assert data(first) == b"\xff"


def test_what_never_becomes_a_character_is_told_at_the_end():
    assert chunk("€".encode()[:2], final=False).size_bytes == 0
    assert chunk("€".encode()[:2], final=True).encoding == "base64"
