"""What is said of a call, for whatever a hostile program has in its memory."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crucible.sandbox import answers


@given(st.binary(max_size=200))
def test_any_bytes_become_one_printable_word(raw: bytes) -> None:
    shown = answers.printable(raw)
    assert shown.isprintable()
    assert shown.startswith('"')
    assert shown.endswith('"')
    assert '"' not in shown[1:-1].replace('\\"', "")


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"/etc", '"/etc"'),
        ("é".encode(), '"é"'),
        (b"\xff", r'"\\xff"'),
        (b"\x1b[2J", r'"\u001b[2J"'),
        ("\u202e".encode(), r'"\u202e"'),
        ("\U000e0001".encode(), r'"\ue0001"'),
    ],
)
def test_what_a_terminal_obeys_is_named(raw: bytes, shown: str) -> None:
    assert answers.printable(raw) == shown


@given(st.binary(max_size=128))
def test_any_address_is_told_in_one_printable_line(raw: bytes) -> None:
    where = answers.address(raw)
    assert where is None or (where.isprintable() and len(where) < 64)


@pytest.mark.parametrize(
    ("raw", "where"),
    [
        (b"\x02\x00\x00\x50\xc0\x00\x02\x07" + bytes(8), "192.0.2.7:80"),
        (
            b"\x0a\x00\x01\xbb" + bytes(4) + b"\x20\x01\x0d\xb8" + bytes(11) + b"\x07" + bytes(4),
            "[2001:db8::7]:443",
        ),
        (b"\x02\x00\x00\x50", "AF_INET"),
        (b"\x01\x00/tmp/x", None),
        (b"\x00\x00", None),
        (b"\x28\x00" + bytes(14), "AF_VSOCK"),
        (b"\xff\xff", "65535"),
        (b"\x02", "an address that can't be read"),
    ],
)
def test_an_address_is_told_as_people_write_it(raw: bytes, where: str | None) -> None:
    assert answers.address(raw) == where


def test_nothing_is_imported_where_there_is_nothing_to_import_from() -> None:
    """Process 1 answers from a root that has none of Python's files in it."""
    subprocess.run(
        [
            sys.executable,
            "-c",
            """
import os, sys
from crucible.sandbox import answers
sys.path.clear(); sys.meta_path.clear()
everything = "".join(map(chr, range(0x20000))).encode(errors="surrogatepass")
for start in range(0, len(everything), 64):
    answers.printable(everything[start : start + 64])
for family in range(300):
    answers.address(family.to_bytes(2, "little") + os.urandom(30))
""",
        ],
        check=True,
    )
