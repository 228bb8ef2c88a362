"""Signals as a program expects them, however Crucible was started.

What a process ignores and blocks is handed on by fork and exec, down to the program. `nohup` has its command
ignore SIGHUP, a shell has what it starts in the background ignore SIGQUIT: no program would end by them either.
"""

from __future__ import annotations

import signal
from typing import Final

_PYTHONS: Final = frozenset({signal.SIGPIPE, signal.SIGXFSZ})
"""Those that an interpreter ignores by itself."""


def restore() -> None:
    """Have this process, and what it forks, block none, and ignore those alone that its interpreter ignores."""
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    for number in signal.valid_signals() - _PYTHONS:
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
