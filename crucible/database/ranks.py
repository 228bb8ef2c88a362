"""The value at a rank of very many, which lie in sorted parts and are not to be sorted again as one."""

import math
from bisect import bisect_right
from collections.abc import Sequence


def at_rank(parts: Sequence[Sequence[float]], rank: int) -> float:
    """Return the value that stands at a rank, 1 being the least, of sorted parts that hold at least so many.

    Halves the range until there is no number between its ends, which takes some sixty rounds however many there
    are; the upper end is a value then, as the count of those below it changes at values alone.
    """
    filled = [part for part in parts if part]
    low = math.nextafter(min(part[0] for part in filled), -math.inf)
    high = max(part[-1] for part in filled)
    while low < (middle := low + (high - low) / 2) < high:
        if sum(bisect_right(part, middle) for part in filled) >= rank:
            high = middle
        else:
            low = middle
    return high
