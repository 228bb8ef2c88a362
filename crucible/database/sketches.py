"""How long many things took, in a form that adds up and still tells percentiles, each within a hundredth.

Percentiles can't be put together from percentiles. A sketch counts values by buckets, each of which ends a
fiftieth above the one before, however short or long what it counts; so the middle of a bucket is within a
hundredth of all that lies in it. Sketches add up by adding the counts, and what was put together in whatever order
is what counting everything at once would give.

The buckets are DDSketch's: C. Masson, J. E. Rim, H. K. Lee, "DDSketch: a fast and fully-mergeable quantile sketch
with relative-error guarantees", PVLDB 12(12), 2019. From a microsecond to a day there are 1,272 of them, so none
has to be given up.
"""

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from itertools import accumulate, zip_longest
from typing import Self

import msgspec

RELATIVE_ERROR = 0.01
"""How far a percentile may be from the value it stands for, as a share of that."""
LEAST_SECONDS = 1e-6
"""What is shorter counts as so long: moments are kept no finer."""
_GROWTH = 1.02
"""A bucket's middle is 0.0099 from its ends, so that some is left for the logarithm's rounding."""
_LOG_GROWTH = math.log(_GROWTH)


class Sketch(msgspec.Struct, frozen=True, array_like=True):
    """How many values there are in each bucket, from the first that has any to the last."""

    first: int
    counts: list[int]

    @classmethod
    def of(cls, values: Iterable[float | None]) -> Self:
        """Count values, in seconds; what is missing is left out."""
        counts = Counter(
            math.ceil(math.log(max(value, LEAST_SECONDS)) / _LOG_GROWTH) for value in values if value is not None
        )
        first, last = min(counts, default=0), max(counts, default=-1)
        return cls(first, [counts[bucket] for bucket in range(first, last + 1)])

    @classmethod
    def together(cls, sketches: Iterable[Self]) -> Self:
        """Count all that any of these counts."""
        filled = [sketch for sketch in sketches if sketch.counts]
        first = min((sketch.first for sketch in filled), default=0)
        aligned = ([0] * (sketch.first - first) + sketch.counts for sketch in filled)
        return cls(first, list(map(sum, zip_longest(*aligned, fillvalue=0))))

    def at_percent(self, percent: int) -> float:
        """Return about the least value that so many of a hundred values do not exceed: the nearest rank.

        It is within `RELATIVE_ERROR` of what that value counts as. Raises ValueError where nothing is counted.
        """
        if not self.counts:
            raise ValueError("nothing is counted in this sketch")
        behind = list(accumulate(self.counts))
        bucket = self.first + bisect_left(behind, -(-behind[-1] * percent // 100))
        return 2 * _GROWTH**bucket / (_GROWTH + 1)
