"""How a stream's bytes become text that can be shown, without a byte lost or a character torn."""

import base64
import codecs
from dataclasses import dataclass
from typing import Literal

_Utf8Decoder = codecs.getincrementaldecoder("utf-8")


@dataclass(frozen=True, slots=True)
class Chunk:
    """A stretch of a stream as an event carries it."""

    encoding: Literal["utf-8", "base64"]
    text: str
    size_bytes: int


def chunk(data: bytes, *, final: bool) -> Chunk:
    """Return as much of the data as can be told now: all of it where it is final.

    Otherwise a character whose last bytes are still to come is left for the next chunk.
    """
    strict = _Utf8Decoder("strict")
    try:
        text = strict.decode(data, final)
    except UnicodeDecodeError:
        told = data if final else data[: len(data) - _unfinished(data)]
        return Chunk("base64", base64.b64encode(told).decode(), len(told))
    return Chunk("utf-8", text, len(data) - len(strict.getstate()[0]))


def _unfinished(data: bytes) -> int:
    """Return how many bytes at the end may begin a character, whatever is wrong before them."""
    lenient = _Utf8Decoder("replace")
    lenient.decode(data)
    return len(lenient.getstate()[0])
