"""Bounds how many values a JSON document holds, before any of them is made.

Its size bounds too little: 4 MiB of `1,1,1,…` are two million values, and to find out of each of them why it is no
program took 2.8 GB and 14 s, in which the server answered nobody.
"""

from typing import Final

from crucible.domain.errors import TooLargeError

MAXIMUM_VALUES: Final = 100_000
"""In a thousand programs handed in together, a hundred each."""
_QUOTES_OF_A_MEMBER = 4
"""Two around its name and two around its value."""


def check_values(document: bytes, what: str) -> None:
    """Raise TooLargeError, naming `what` it is, where the document holds more values than are looked at.

    Nothing is made of the document here. So of one that is no JSON the number means nothing, and where that is
    within the bound, whoever reads it says so.
    """
    if len(document) <= MAXIMUM_VALUES:
        return  # each has a byte of its own
    if _count(document) > MAXIMUM_VALUES:
        raise TooLargeError(f"{what} must hold at most {MAXIMUM_VALUES} values")


def _count(document: bytes) -> int:
    """Return how many values there are at the most: before each but the first is a comma or an opening bracket."""
    unescaped = document.replace(rb"\\", b"").replace(rb"\"", b"")
    if (quotes := unescaped.count(b'"')) > _QUOTES_OF_A_MEMBER * MAXIMUM_VALUES:
        return quotes // _QUOTES_OF_A_MEMBER
    outside_of_strings = b"".join(unescaped.split(b'"')[::2])
    return sum(map(outside_of_strings.count, (b",", b"[", b"{")))
