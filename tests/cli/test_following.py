"""What a program writes and what it was refused, as a terminal shows both."""

import io
from datetime import UTC, datetime

import pytest

from crucible.cli import following
from crucible.cli.progress import ProgressLine, progress_line
from crucible.cli.terminal import OutputWriter
from crucible.domain.event import Attempt, Event, Output, Progress, Requeued

AT = datetime(2026, 1, 1, tzinfo=UTC)


class Terminal:
    """Both streams, as one."""

    def __init__(self) -> None:
        self.shown = b""

    def write(self, data: bytes) -> None:
        self.shown += data

    def plain(self) -> None:
        """It has no colour."""

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


def test_a_program_hides_no_attempt_by_its_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.BytesIO()
    monkeypatch.setattr(following, "standard_output", lambda: OutputWriter(terminal, terminal=True))
    monkeypatch.setattr(following, "standard_error", lambda: OutputWriter(terminal, terminal=True))
    concealed = output("\x1b[8;30mquiet\n", 0)
    following.show_output((concealed, attempt(), output("on\n", len(concealed.data))), with_attempts=True)
    assert terminal.getvalue() == b"\x1b[8;30mquiet\n\x1b[0mrefused: ptrace\n\x1b[8;30mon\n\x1b[0m"


def progress(done: float | None, total: float | None = None, message: str = "", malformed: int = 0) -> Progress:
    return Progress(
        evaluation_id="ev_1",
        fence=1,
        sequence=1,
        at=AT,
        done=done,
        total=total,
        message=message,
        malformed=malformed,
        wall_seconds=0,
    )


def requeued() -> Requeued:
    return Requeued(evaluation_id="ev_1", fence=2, sequence=0, at=AT, reason="", infrastructure_attempts=1)


@pytest.mark.parametrize(
    ("said", "line"),
    [
        (progress(3, 10, "epoch 3"), "3 of 10 (30 %), epoch 3"),
        (progress(1500, None), "1,500"),
        (progress(0.5, 1), "0.5 of 1 (50 %)"),
        (progress(12, 10), "12 of 10 (100 %)"),
        (progress(0, 0), "0 of 0 (100 %)"),
        (progress(None, None, "loads \x1b[2J"), "loads ␛[2J"),
        (progress(None, malformed=2), "2 malformed lines"),
    ],
)
def test_progress_is_one_line_that_no_terminal_obeys(said: Progress, line: str) -> None:
    assert progress_line(said) == line


class TestTheLineOfProgress:
    """Both streams and what is drawn below them, as one terminal shows them."""

    @pytest.fixture
    def screen(self, monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
        monkeypatch.setenv("COLUMNS", "30")
        screen = io.StringIO()

        class Writer:
            def write(self, data: bytes) -> None:
                screen.write(data.decode())

            def plain(self) -> None:
                """It has no colour."""

            def close(self) -> None:
                """It stays."""

        monkeypatch.setattr(following, "standard_output", Writer)
        monkeypatch.setattr(following, "standard_error", Writer)
        return screen

    def shown(self, screen: io.StringIO, *events: Event) -> list[str]:
        following.show_output(events, with_attempts=True, progress=ProgressLine(screen))
        return screen.getvalue().split("\r\x1b[2K")

    def test_it_is_drawn_over_and_gone_at_the_end(self, screen: io.StringIO) -> None:
        assert self.shown(screen, progress(1, 4), progress(2, 4)) == [
            "",
            "1 of 4 (25 %)",
            "",
            "2 of 4 (50 %)",
            "",
        ]

    def test_output_goes_above_it(self, screen: io.StringIO) -> None:
        events = (progress(1, 4), output("hello\n", 0), progress(2, 4))
        assert self.shown(screen, *events) == [
            "",
            "1 of 4 (25 %)",
            "hello\n",
            "1 of 4 (25 %)",
            "",
            "2 of 4 (50 %)",
            "",
        ]

    def test_it_waits_for_the_end_of_a_line(self, screen: io.StringIO) -> None:
        events = (output("no end", 0), progress(1, 4), output("\n", 6))
        assert self.shown(screen, *events) == ["no end\n", "1 of 4 (25 %)", ""]

    def test_it_is_as_wide_as_the_terminal_at_the_most(self, screen: io.StringIO) -> None:
        assert self.shown(screen, progress(1, None, "文" * 40))[1] == "1, " + "文" * 13

    def test_there_is_a_bar_where_there_is_room(
        self, screen: io.StringIO, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("COLUMNS", "100")
        assert self.shown(screen, progress(1, 4))[1] == "━" * 6 + "─" * 18 + " 1 of 4 (25 %)"

    def test_what_runs_again_has_none(self, screen: io.StringIO) -> None:
        assert self.shown(screen, progress(1, 4), requeued()) == ["", "1 of 4 (25 %)", ""]
