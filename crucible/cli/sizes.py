"""Sizes as people write them: `512M`, `1.5G`, `65536`."""

import re

from crucible.domain.limits import GIB, KIB, MIB

_UNITS = {"": 1, "K": KIB, "M": MIB, "G": GIB}
_SIZE = re.compile(r"(\d{1,15}(?:\.\d{1,6})?)\s*([KMG]?)(?:i?B)?", re.IGNORECASE)


def parse_size(text: str) -> int:
    """Return the bytes that a size means; units are powers of 1024. Raises ValueError."""
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no size: write bytes, or a number with K, M or G, as in 512M")
    return round(float(match[1]) * _UNITS[match[2].upper()])


def in_words(size: float) -> str:
    """Return a size as people read it: `9.4 MiB`."""
    for unit in ("B", "KiB", "MiB"):
        if size < KIB:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= KIB
    return f"{size:.1f} GiB"
