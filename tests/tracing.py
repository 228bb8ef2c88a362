"""Keeps coverage's tracer from a loop without end that Python 3.11 has, in each process that is measured.

Where a thread ends, greenlet drops what the tracer keeps of it, in a pending call of the main thread; and a
`WeakKeyDictionary` hears of that by a function in Python. A traced function looks, before its first line, whether
something is pending, and in 3.11 again and again until nothing is. Within a pending call no other one is run, so
when a second thread ends at that moment, it looks for ever. A callback that is not in Python is not traced.

It is a plugin of coverage's, which loads those wherever it starts.
"""

import sys
import weakref
from typing import Any


class _Index(weakref.WeakKeyDictionary[Any, Any]):
    """The same, with a callback in C. The tracer, whose it is, never changes it while going over it."""

    def __init__(self, contents: Any = None) -> None:
        super().__init__(contents)
        self._remove = self.data.pop  # type: ignore[attr-defined]


def coverage_init(_registry: object, _options: object) -> None:
    """Have the tracers that start from now on use it."""
    if sys.version_info < (3, 12):
        weakref.WeakKeyDictionary = _Index  # type: ignore[misc]
