"""Which of SQLite's statements run on the event loop itself, and what becomes of one that proves long there.

A trip to the driver's thread costs more than most statements do, so a statement is begun where it is asked for.
Nothing that may wait belongs there: a commit waits for the disk, and what finds a lock taken waits for whoever has
it. A reading that is not done after two milliseconds is broken off and read on the thread, from its beginning. A
write can't be broken off, as SQLite would roll the whole transaction back with it; so a large one goes to the
thread at once. And so does every sixteenth statement, whatever it is: who reads on and on has to let others in.
"""

import re
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from crucible.domain.limits import KIB

Parameters = Sequence[Any]

LONGEST_READING_SECONDS = 0.002
MOST_ROWS = 16
MOST_BYTES = 64 * KIB
"""Of text and bytes in a statement's parameters."""
MOST_IN_A_ROW = 15
_STEPS_BETWEEN_LOOKS = 1000
"""Of SQLite's virtual machine; some fifty microseconds."""
_WRITES = re.compile(r"\b(INSERT|UPDATE|DELETE|REPLACE)\b")
_LOOKS_THROUGH_TEXTS = "instr("
"""A step of this takes as long as its text is, so that who looks after a thousand of them looks too late."""
_OUT_OF_PATIENCE = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_INTERRUPT})
_PRIMARY_CODE = 0xFF


class AtOnce:
    """Decides for one connection, whose progress handler it is."""

    def __init__(self) -> None:
        self._in_a_row = 0
        self._deadline = float("inf")

    def watch(self, driver: sqlite3.Connection) -> None:
        """Have SQLite ask every now and then whether a reading takes too long."""
        driver.set_progress_handler(self._is_late, _STEPS_BETWEEN_LOOKS)

    def may_try(self, sql: str, rows: Sequence[Parameters]) -> bool:
        """Tell whether a statement with these parameters may be begun on the event loop."""
        if self._in_a_row >= MOST_IN_A_ROW or _LOOKS_THROUGH_TEXTS in sql or not _is_small(rows):
            return False
        self._in_a_row += 1
        return True

    def let_others_in(self) -> None:
        """Take note that whoever waited for the event loop had it meanwhile."""
        self._in_a_row = 0

    @contextmanager
    def bounded(self, sql: str) -> Iterator[None]:
        """Break a reading off that takes too long."""
        if _reads(sql):
            self._deadline = time.monotonic() + LONGEST_READING_SECONDS
        try:
            yield
        finally:
            self._deadline = float("inf")

    def _is_late(self) -> bool:
        return time.monotonic() > self._deadline


def would_wait(error: sqlite3.OperationalError) -> bool:
    """Whether a statement changed nothing and failed for want of time, and of nothing else."""
    return error.sqlite_errorcode & _PRIMARY_CODE in _OUT_OF_PATIENCE


@lru_cache(maxsize=512)
def _reads(sql: str) -> bool:
    return sql.startswith(("SELECT", "WITH")) and not _WRITES.search(sql)


def _is_small(rows: Sequence[Parameters]) -> bool:
    if len(rows) > MOST_ROWS:
        return False
    return (
        sum(len(value) for row in rows for value in row if isinstance(value, (str, bytes, memoryview)))
        <= MOST_BYTES
    )
