"""Objects whose reference counts nobody writes any more, so that the pages that they lie on stay shared.

A forked process copies each page that it writes to, and an interpreter writes to nearly every object that it looks
at: it counts the references. Since Python 3.12 there are objects that are never let go and so needn't be counted
(PEP 683). Whatever a zygote has made is of that kind: its children end without letting go of it. So all of it is
marked as the interpreter marks `None`. Older interpreters have no such mark, and go on counting.
"""

from __future__ import annotations

import ctypes
import gc
import sys

_NEVER = 1 << 30
"""More references than there are to anything that is counted."""


def stop_counting() -> None:
    """Mark every object that there is, where this interpreter knows of such a mark.

    That is what the collector knows of, and all that hangs on it. What is marked was looked at already, so that no
    other note has to be taken of it, which would leave the zygote larger; but for types that were marked before.
    An interpreter of free threads (`t`, as in `python3.13t`) counts in another way.
    """
    if sys.getrefcount(None) < _NEVER or "t" in sys.abiflags:
        return
    mark = ctypes.c_uint32.from_address(id(None)).value
    found = gc.get_objects()
    for one in found:
        ctypes.c_uint32.from_address(id(one)).value = mark
    types = set()
    while found:
        for one in gc.get_referents(found.pop()):
            if sys.getrefcount(one) < _NEVER:
                ctypes.c_uint32.from_address(id(one)).value = mark
                found.append(one)
            elif isinstance(one, type) and id(one) not in types:
                types.add(id(one))
                found.append(one)
