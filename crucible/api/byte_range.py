"""Which part of an output a client asks for: a single `Range` of bytes, as RFC 9110 section 14 defines it."""

import re
from dataclasses import dataclass

_SINGLE = re.compile(r"bytes=[ \t]*([0-9]{0,18})-([0-9]{0,18})[ \t]*")


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Bytes from `start` up to, not including, `stop`."""

    start: int
    stop: int


def parse_range(header: str | None, total: int) -> ByteRange | None:
    """Return the range asked for, cut to what there is; None where all is asked for.

    A header that is no single range of bytes is ignored, as the RFC has it. Raises ValueError for one that lies
    outside of the `total` bytes.
    """
    match = _SINGLE.fullmatch(header or "")
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if first == "":
        start, stop = max(0, total - int(last)), total
    else:
        start, stop = int(first), min(total, int(last) + 1) if last else total
    if last and first and int(last) < int(first):
        return None
    if start >= stop:
        raise ValueError(f"there are {total} bytes")
    return ByteRange(start, stop)
