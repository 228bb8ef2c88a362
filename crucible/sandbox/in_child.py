"""Doing something in a process of its own: what can't be undone, or what this process itself may not."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_REASON_BYTES = 4096


def failure_of(action: Callable[[], None]) -> str:
    """Do it in a child, and return why it failed; nothing where it did not.

    Raises OSError where there can't be a child.
    """
    reading, writing = os.pipe2(os.O_CLOEXEC)
    with os.fdopen(reading, "rb") as said:
        try:
            child = os.fork()
            if child == 0:
                _do(action, writing)
        finally:
            os.close(writing)
        reason = said.read().decode(errors="replace")
    _, status = os.waitpid(child, 0)
    return reason or (f"its process ended with the status {status}" if status else "")


def _do(action: Callable[[], None], say: int) -> None:
    """Do it and end this process."""
    code = 1
    try:
        action()
        code = 0
    except BaseException as error:  # noqa: BLE001 - told to the parent; this process must end here
        said = str(error) if isinstance(error, OSError) else f"{type(error).__name__}: {error}"
        os.write(say, said.encode()[:_REASON_BYTES])
    finally:
        os._exit(code)
