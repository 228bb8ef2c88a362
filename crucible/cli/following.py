"""Shows what a program writes, as it writes it."""

import base64
from collections.abc import Iterable

from crucible.cli.terminal import standard_error, standard_output
from crucible.domain.event import Event, Output


def show_output(events: Iterable[Event]) -> None:
    """Write the events' output to our own streams until they end.

    Where a lost worker's run begins anew, so does the output; what it repeats of the first run is left out.
    """
    writers = {"stdout": standard_output(), "stderr": standard_error()}
    written = {"stdout": 0, "stderr": 0}
    try:
        for event in events:
            if isinstance(event, Output):
                data = _data(event)
                unseen = data[max(0, written[event.stream] - event.offset) :]
                writers[event.stream].write(unseen)
                written[event.stream] += len(unseen)
    finally:
        for writer in writers.values():
            writer.close()


def _data(event: Output) -> bytes:
    return event.data.encode() if event.encoding == "utf-8" else base64.b64decode(event.data)
