"""Shows what a program writes, as it writes it, what it tries and is refused, and how far it has come."""

import base64
from collections.abc import Iterable

from crucible.cli.attempts import Told
from crucible.cli.progress import ProgressLine
from crucible.cli.terminal import standard_error, standard_output
from crucible.domain.event import Attempt, Event, Output, Progress, Requeued
from crucible.domain.sandbox import SandboxAttempt, SandboxProgress, StreamName


class Screen:
    """Our own two streams, which a terminal shows as one.

    An attempt is a line of standard error. In the middle of a line of output it is told behind that line. Progress
    is drawn below the last whole line. Both in a colour of their own: a program must not hide them by its.
    """

    def __init__(self, progress: ProgressLine | None) -> None:
        """`progress`: None where nobody sees it."""
        self._progress = progress
        self._writers = {"stdout": standard_output(), "stderr": standard_error()}
        self._told = Told()
        self._held = b""
        self._within_a_line = False

    def output(self, stream: StreamName, data: bytes) -> None:
        """Write what the program wrote."""
        self._clear()
        self._writers[stream].write(data)
        self._within_a_line = not data.endswith(b"\n") if data else self._within_a_line
        self._settle()

    def attempt(self, attempt: Attempt | SandboxAttempt) -> None:
        """Tell of what it was refused, the first time."""
        self._clear()
        self._held += self._told.line(attempt)
        self._settle()

    def progress(self, said: Progress | SandboxProgress | None) -> None:
        """Show how far it has come; `None`: nothing is known of that any more."""
        if self._progress is not None:
            self._clear()
            self._progress.update(said)
            self._settle()

    def finish(self) -> None:
        """Tell what was to be told behind a line that never ended."""
        if self._held:
            self._held = b"\n" + self._held
            self._tell_held()

    def close(self) -> None:
        """Leave the terminal as it was."""
        self._clear()
        for writer in self._writers.values():
            writer.close()

    def _clear(self) -> None:
        if self._progress is not None:
            self._progress.clear()

    def _settle(self) -> None:
        if self._within_a_line:
            return
        if self._held:
            self._tell_held()
        if self._progress is not None:
            self._plain()
            self._progress.draw()

    def _tell_held(self) -> None:
        self._plain()
        self._writers["stderr"].write(self._held)
        self._held = b""

    def _plain(self) -> None:
        for writer in self._writers.values():
            writer.plain()


def show_output(events: Iterable[Event], *, with_attempts: bool, progress: ProgressLine | None = None) -> None:
    """Show the events on our own streams until they end: see `Screen`.

    Where a lost worker's run begins anew, so does the output; what it repeats of the first run is left out.
    """
    screen = Screen(progress)
    written = {"stdout": 0, "stderr": 0}
    try:
        for event in events:
            if isinstance(event, Output):
                unseen = _data(event)[max(0, written[event.stream] - event.offset) :]
                written[event.stream] += len(unseen)
                screen.output(event.stream, unseen)
            elif isinstance(event, Attempt) and with_attempts:
                screen.attempt(event)
            elif isinstance(event, Progress):
                screen.progress(event)
            elif isinstance(event, Requeued):
                screen.progress(None)
        screen.finish()
    finally:
        screen.close()


def _data(event: Output) -> bytes:
    return event.data.encode() if event.encoding == "utf-8" else base64.b64decode(event.data)
