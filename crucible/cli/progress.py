"""How far a program says that it has come, on a terminal: one line below the output, drawn over and over."""

import shutil
import sys
from typing import TextIO

from rich.cells import cell_len, set_cell_size

from crucible.cli.terminal import safe_line
from crucible.domain.event import Progress
from crucible.domain.sandbox import SandboxProgress

_BAR_CELLS = 24
_CLEAR = "\r\x1b[2K"


def progress_line(said: Progress | SandboxProgress) -> str:
    """Return it in one line: `3 of 10 (30 %), epoch 3`."""
    return ", ".join(part for part in (_amount(said), safe_line(said.message), _malformed(said)) if part)


def _amount(said: Progress | SandboxProgress) -> str:
    if said.done is None:
        return ""
    if said.total is None:
        return _number(said.done)
    return f"{_number(said.done)} of {_number(said.total)} ({share(said.done, said.total):.0%})".replace("%", " %")


def _number(amount: float) -> str:
    return f"{amount:,.0f}" if float(amount).is_integer() else f"{amount:,g}"


def _malformed(said: Progress | SandboxProgress) -> str:
    return f"{said.malformed:,} malformed lines" if said.malformed else ""


def share(done: float, total: float) -> float:
    """Return which part of the whole is done, from 0 to 1: programs go beyond, and the whole may be nothing."""
    return 1.0 if done >= total else done / total


class ProgressLine:
    """Draws on a terminal. Whoever writes to that himself clears the line before, and has it drawn again after."""

    def __init__(self, terminal: TextIO) -> None:
        self._terminal = terminal
        self._said: Progress | SandboxProgress | None = None
        self._is_drawn = False

    def update(self, said: Progress | SandboxProgress | None) -> None:
        """Take what is to be shown from now on; `None`: nothing."""
        self._said = said

    def draw(self) -> None:
        """Show it."""
        if self._said is None:
            return
        cells = shutil.get_terminal_size().columns - 1
        text = progress_line(self._said)
        if self._said.done is not None and self._said.total is not None and cells > 2 * _BAR_CELLS:
            full = round(_BAR_CELLS * share(self._said.done, self._said.total))
            text = f"{'━' * full}{'─' * (_BAR_CELLS - full)} {text}"
        self._terminal.write(_CLEAR + (text if cell_len(text) <= cells else set_cell_size(text, cells)))
        self._terminal.flush()
        self._is_drawn = True

    def clear(self) -> None:
        """Have the terminal as it was."""
        if self._is_drawn:
            self._terminal.write(_CLEAR)
            self._terminal.flush()
            self._is_drawn = False


def on_standard_error() -> ProgressLine | None:
    """Return what draws below the output; None where nobody sees it."""
    return ProgressLine(sys.stderr) if sys.stderr.isatty() else None
