"""What sandboxes are forked from, a zygote or a launcher, with the lines recorded that it and its children run.

Those children leave by `exec` or `_exit` from a root in which no coverage file can be written, so that coverage.py
never hears of them. Here each step from one line to the next sets a byte in memory shared with the tests, which
outlives the process whatever becomes of it; `arcs` reads them back in coverage.py's own terms.
"""

from __future__ import annotations

import mmap
import runpy
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import FrameType

_LINES = 512
_SPAN = 2 * _LINES
_FILE_BYTES = _SPAN * _SPAN
SOURCES = Path(__file__).resolve().parent.parent.parent / "crucible" / "sandbox"


def _sources(folder: str | Path) -> list[str]:
    return sorted(str(path) for path in Path(folder).rglob("*.py"))


def size() -> int:
    """Return how large the shared file must be."""
    return len(_sources(SOURCES)) * _FILE_BYTES


def arcs(path: Path) -> dict[str, list[tuple[int, int]]]:
    """Return, for each source file, the steps that were taken: a negative line is a function's entry or exit."""
    found: dict[str, list[tuple[int, int]]] = {}
    with path.open("rb") as file:
        for source in _sources(SOURCES):
            steps = file.read(_FILE_BYTES)
            where = steps.find(1)
            while where >= 0:
                before, after = divmod(where, _SPAN)
                found.setdefault(source, []).append((before - _LINES, after - _LINES))
                where = steps.find(1, where + 1)
    return found


def _trace_into(path: str, sources: list[str]) -> None:
    with Path(path).open("r+b") as file:
        shared = mmap.mmap(file.fileno(), 0)
    starts = {source: index * _FILE_BYTES for index, source in enumerate(sources)}

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
    _, steps, folder, start, descriptor = sys.argv
    _trace_into(steps, _sources(folder))
    sys.argv = [start, descriptor]
    if start.endswith(".py"):
        del sys.path[0]
        runpy.run_path(start, run_name="__main__")
    else:
        runpy.run_module(start, run_name="__main__")
