"""What hostile output may do to a terminal: colour it, and nothing else."""

import io
import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crucible.cli.terminal import _COLOUR, OutputWriter, TerminalText, safe_line


def shown(*chunks: bytes) -> str:
    text = TerminalText()
    return "".join(text.feed(chunk) for chunk in chunks) + text.finish()


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        (b"plain \xc3\xa9\n\ttext\r\n", "plain \u00e9\n\ttext\r\n"),
        (b"\x1b[31mred\x1b[0m", "\x1b[31mred\x1b[0m"),
        (b"\x1b[1;38;5;196mbold\x1b[m", "\x1b[1;38;5;196mbold\x1b[m"),
        (b"\x1b[31mred and left so", "\x1b[31mred and left so\x1b[0m"),
        (b"\x1b]0;title\x07", "\u241b]0;title\u2407"),
        (b"\x1b]52;c;aGFjaw==\x07", "\u241b]52;c;aGFjaw==\u2407"),
        (b"\x1b[2J\x1b[H", "\u241b[2J\u241b[H"),
        (b"\x1b[6n", "\u241b[6n"),
        (b"\x1bP+q\x1b\\", "\u241bP+q\u241b\\"),
        (b"\xc2\x9b31m", "\\u009b31m"),
        (b"\x9b31m", "\ufffd31m"),
        (b"a\x08b\x00\x7f", "a\u2408b\u2400\\u007f"),
        ("\u202eevil".encode(), "\\u202eevil"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b"\x1b", "\u241b"),
        (b"\x1b[31", "\u241b[31"),
    ],
)
def test_a_terminal_shows_what_it_would_obey(written: bytes, seen: str) -> None:
    assert shown(written) == seen


@given(st.binary(), st.lists(st.integers(0, 64)))
def test_chunks_change_nothing(data: bytes, cuts: list[int]) -> None:
    places = sorted({min(cut, len(data)) for cut in cuts} | {0, len(data)})
    chunks = [data[start:stop] for start, stop in pairwise(places)]
    assert shown(*chunks) == shown(data)


@given(st.text(alphabet="\x1b[]0;1mJ\x07\x9ba\n"))
def test_no_escape_passes_but_colour(text: str) -> None:
    rest = re.sub(_COLOUR, "", shown(text.encode()))
    assert not set(rest) & {"\x1b", "\x07", "\x9b"}


def test_a_file_gets_the_exact_bytes() -> None:
    stream = io.BytesIO()
    writer = OutputWriter(stream, terminal=False)
    writer.write(b"\x1b[2J\xff\x00")
    writer.close()
    assert stream.getvalue() == b"\x1b[2J\xff\x00"


def test_a_terminal_gets_its_colour_back() -> None:
    stream = io.BytesIO()
    writer = OutputWriter(stream, terminal=True)
    writer.write(b"\x1b[31m\xc3")
    writer.write(b"\xa9")
    writer.close()
    assert stream.getvalue() == b"\x1b[31m\xc3\xa9\x1b[0m"


def test_a_line_stays_one_line() -> None:
    assert safe_line("a\nb\x1b[31m") == "a b\u241b[31m"
