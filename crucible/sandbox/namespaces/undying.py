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
from typing import Final

_NEVER: Final = 1 << 30
"""More references than there are to anything that is counted."""
_FIRST: Final = 4096
_BYTES: Final = 1 << 47
"""Where a process's memory begins, and how much of it there may be."""
_WRITABLE: Final = 0x200


def stop_counting() -> None:
    """Mark every object that there is, where this interpreter knows of such a mark.

    That is what the collector knows of, and all that hangs on it. What is marked was looked at already, so that no
    other note has to be taken of it, which would leave the zygote larger; but for types that were marked before.
    An interpreter of free threads (`t`, as in `python3.13t`) counts in another way.
    """
    if sys.getrefcount(None) < _NEVER or "t" in sys.abiflags:
        return
    mark = ctypes.c_uint32.from_address(id(None)).value
    view = ctypes.pythonapi.PyMemoryView_FromMemory
    view.argtypes, view.restype = (ctypes.c_void_p, ctypes.c_ssize_t, ctypes.c_int), ctypes.py_object
    counts = view(_FIRST, _BYTES, _WRITABLE).cast("I")
    found = gc.get_objects()
    for one in found:
        counts[(id(one) - _FIRST) >> 2] = mark
    types = set()
    while found:
        referents, found = gc.get_referents(*found), []
        for one in referents:
            if sys.getrefcount(one) < _NEVER:
                counts[(id(one) - _FIRST) >> 2] = mark
                found.append(one)
            elif isinstance(one, type) and id(one) not in types:
                types.add(id(one))
                found.append(one)
