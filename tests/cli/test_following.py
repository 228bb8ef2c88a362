"""What a program writes and what it was refused, as a terminal shows both."""

from datetime import UTC, datetime

import pytest

from crucible.cli import following
from crucible.domain.event import Attempt, Event, Output

AT = datetime(2026, 1, 1, tzinfo=UTC)


class Terminal:
    """Both streams, as one."""

    def __init__(self) -> None:
        self.shown = b""

    def write(self, data: bytes) -> None:
        self.shown += data

    def close(self) -> None:
        """It stays."""


def shown(monkeypatch: pytest.MonkeyPatch, *events: Event, with_attempts: bool = True) -> bytes:
    terminal = Terminal()
    monkeypatch.setattr(following, "standard_output", lambda: terminal)
    monkeypatch.setattr(following, "standard_error", lambda: terminal)
    following.show_output(events, with_attempts=with_attempts)
    return terminal.shown


def output(data: str, offset: int) -> Output:
    return Output(
        evaluation_id="ev_1",
        fence=1,
        sequence=1,
        at=AT,
        stream="stdout",
        data=data,
        encoding="utf-8",
        offset=offset,
    )


def attempt() -> Attempt:
    return Attempt(
        evaluation_id="ev_1",
        fence=1,
        sequence=1,
        at=AT,
        action="system_call",
        name="ptrace",
        detail="",
        count=1,
        wall_seconds=0,
    )


def test_an_attempt_breaks_no_line_of_output(monkeypatch: pytest.MonkeyPatch) -> None:
    events = (attempt(), output("now I try to", 0), attempt(), output("\n", 12), output("done\n", 13))
    assert shown(monkeypatch, *events) == b"refused: ptrace\nnow I try to\ndone\n"
    assert shown(monkeypatch, *events[1:]) == b"now I try to\nrefused: ptrace\ndone\n"
    assert shown(monkeypatch, *events, with_attempts=False) == b"now I try to\ndone\n"


def test_an_attempt_behind_a_line_that_never_ends_is_told_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, output("no end", 0), attempt()) == b"no end\nrefused: ptrace\n"
