"""The launcher, with the lines recorded that its children run.

Those children leave by `exec` or `_exit` from a root in which no coverage file can be written, so that coverage.py
never hears of them. Here each step from one line to the next sets a byte in memory shared with the tests, which
outlives the process whatever becomes of it; `arcs` reads them back in coverage.py's own terms.
"""

import importlib.util
import mmap
import sys
from pathlib import Path
from types import FrameType
from typing import Any

_LINES = 512
_SPAN = 2 * _LINES
_FILE_BYTES = _SPAN * _SPAN


def _sources() -> list[str]:
    found = importlib.util.find_spec("crucible.sandbox")
    assert found is not None
    assert found.origin is not None
    return sorted(str(path) for path in Path(found.origin).parent.rglob("*.py"))


def size() -> int:
    """Return how large the shared file must be."""
    return len(_sources()) * _FILE_BYTES


def arcs(path: Path) -> dict[str, list[tuple[int, int]]]:
    """Return, for each source file, the steps that were taken: a negative line is a function's entry or exit."""
    found: dict[str, list[tuple[int, int]]] = {}
    with path.open("rb") as file:
        for source in _sources():
            steps = file.read(_FILE_BYTES)
            where = -1
            while (where := steps.find(1, where + 1)) >= 0:
                before, after = divmod(where, _SPAN)
                found.setdefault(source, []).append((before - _LINES, after - _LINES))
    return found


def _trace_into(path: str) -> None:
    with Path(path).open("r+b") as file:
        shared = mmap.mmap(file.fileno(), 0)
    starts = {source: index * _FILE_BYTES for index, source in enumerate(_sources())}

    def trace(frame: FrameType, _event: str, _: Any) -> Any:
        start = starts.get(frame.f_code.co_filename)
        if start is None:
            return None
        entry = -frame.f_code.co_firstlineno
        previous = entry

        def step(frame: FrameType, event: str, _: Any) -> Any:
            nonlocal previous
            after = entry if event == "return" else frame.f_lineno
            if event in {"line", "return"}:
                shared[start + (previous + _LINES) * _SPAN + after + _LINES] = 1
                previous = after
            return step

        return step

    sys.settrace(trace)


if __name__ == "__main__":
    _, path, module, descriptor = sys.argv
    _trace_into(path)
    sys.argv = ["launcher", descriptor]
    importlib.import_module(module).main()
