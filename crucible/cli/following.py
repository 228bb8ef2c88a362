"""Shows what a program writes, as it writes it, what it tries and is refused, and how far it has come."""

import base64
from collections.abc import Iterable

from crucible.cli.attempts import Told
from crucible.cli.progress import ProgressLine
from crucible.cli.terminal import standard_error, standard_output
from crucible.domain.event import Attempt, Event, Output, Progress, Requeued


def show_output(events: Iterable[Event], *, with_attempts: bool, progress: ProgressLine | None = None) -> None:
    """Write the events' output to our own streams until they end; each attempt is a line of standard error.

    Where a lost worker's run begins anew, so does the output; what it repeats of the first run is left out. An
    attempt in the middle of a line of output is told behind that line, since a terminal shows both streams as one.
    Progress is drawn below the last whole line.
    """
    told = Told()
    held, within_a_line = b"", False
    writers = {"stdout": standard_output(), "stderr": standard_error()}
    written = {"stdout": 0, "stderr": 0}
    try:
        for event in events:
            if progress is not None:
                progress.clear()
            if isinstance(event, Output):
                data = _data(event)
                unseen = data[max(0, written[event.stream] - event.offset) :]
                writers[event.stream].write(unseen)
                written[event.stream] += len(unseen)
                within_a_line = not unseen.endswith(b"\n") if unseen else within_a_line
            elif isinstance(event, Attempt) and with_attempts:
                held += told.line(event)
            if held and not within_a_line:
                writers["stderr"].write(held)
                held = b""
            if progress is not None:
                _draw(progress, event, within_a_line=within_a_line)
        if held:
            writers["stderr"].write(b"\n" + held)
    finally:
        if progress is not None:
            progress.clear()
        for writer in writers.values():
            writer.close()


def _draw(progress: ProgressLine, event: Event, *, within_a_line: bool) -> None:
    if isinstance(event, Progress):
        progress.update(event)
    elif isinstance(event, Requeued):
        progress.update(None)
    if not within_a_line:
        progress.draw()


def _data(event: Output) -> bytes:
    return event.data.encode() if event.encoding == "utf-8" else base64.b64decode(event.data)
