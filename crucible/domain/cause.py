"""What ended an evaluation badly, in one line that is alike for all that ended alike.

A thousand failures are read as the few causes that they have. A line of a traceback carries what differs from one
run to the next (addresses, numbers), so that is left out. The program said it, and may say anything: a cause
groups, and proves nothing.
"""

import re
from typing import Final

from crucible.domain.outcome import Fault, Outcome

MAXIMUM_CAUSE_CHARACTERS: Final = 200
_TAIL_BYTES = 4096
"""An interpreter's last words are at the end."""
_VARIABLE = (
    (re.compile(r"\x1b\[[0-9;:]*m"), ""),
    (re.compile(r"\b0x[0-9a-fA-F]+\b"), "…"),
    (re.compile(r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b"), "…"),
    (re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?"), "#"),
    (re.compile(r"[\x00-\x1f\x7f]+"), " "),
)
"""What differs between runs that ended alike, and what stands for it; control characters are no part of a line."""


def cause_of(
    outcome: Outcome, *, exit_code: int | None, signal: str | None, error: str | None, stderr: bytes
) -> str | None:
    """Return the cause; None where it went well or somebody stopped it.

    A limit and a signal say enough themselves, Crucible's failures have their `error`, and a program that exits
    with an error or does not compile has said why on standard error.
    """
    if outcome.fault in {Fault.NOBODY, Fault.USER, Fault.LIMIT}:
        return None
    if outcome is Outcome.SANDBOX_ERROR:
        return alike(error or "") or None
    if outcome is Outcome.COMPILE_ERROR:
        return alike(_first_error(stderr)) or None
    if outcome is Outcome.KILLED_BY_SIGNAL:
        return signal
    return alike(_last_line(stderr)) or f"exit code {exit_code}"


def alike(line: str) -> str:
    """Return a line without what differs between runs."""
    for pattern, stands_for in _VARIABLE:
        line = pattern.sub(stands_for, line)
    return line.strip()[:MAXIMUM_CAUSE_CHARACTERS]


def _last_line(stderr: bytes) -> str:
    lines = stderr[-_TAIL_BYTES:].decode(errors="replace").splitlines()
    return next((line for line in reversed(lines) if line.strip()), "")


def _first_error(stderr: bytes) -> str:
    lines = stderr[:_TAIL_BYTES].decode(errors="replace").splitlines()
    named = next((line.partition("error: ") for line in lines if "error: " in line), None)
    return "".join(named[1:]) if named else next((line for line in lines if line.strip()), "")
