"""Having what is made next lie together, so that a process that was just forked copies few pages for it.

CPython's allocator keeps *pools* for objects of a size, which have a head and room for many, and fills those first
that have a gap. After a while of imports there is such a pool for nearly every size, with its head on one page and
the gap on another, and a process that was forked then copies both for the first object of each size that it makes.
So whoever forks fills the gaps: the next object of each size lies in a pool that was begun for it, right behind
the head, and those after it follow (`Objects/obmalloc.c` of CPython).
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_SIZES: Final = range(16, 513, 16)
"""Of which there are pools, in bytes."""
_POOL_BYTES: Final = 16_384 if sys.version_info >= (3, 10) else 4096
_HEAD_BYTES: Final = 48
_MOST: Final = 1024
"""Of a size. There are fewer gaps, but an interpreter may have another allocator, in which no end is seen."""
_SMALL: Final[dict[int, Callable[[int], object]]] = {16: lambda _: object(), 32: lambda number: _LARGE + number}
"""What is smaller than `bytes` are."""
_LARGE: Final = 1_000_000
"""Beyond the numbers that there are already."""

_fillings: list[Any] = []


def begin() -> None:
    """Fill the gaps, for as long as this process and those that are forked from it live."""
    for size in _SIZES:
        before = 0
        for _ in range(_MOST):
            one = _of(size)
            _fillings.append(one)
            if before == id(one) - size and before % _POOL_BYTES == _HEAD_BYTES:
                break
            before = id(one)


def _of(size: int) -> object:
    """Return an object that takes so many bytes."""
    if size in _SMALL:
        return _SMALL[size](len(_fillings))
    return bytes(size - sys.getsizeof(b""))
