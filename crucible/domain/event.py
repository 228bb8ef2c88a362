"""What happened to an evaluation, one type a kind. The ordered list of them is the evidence.

An event's place is `(fence, sequence)`: the fence grows each time the evaluation changes hands, the sequence
within one holder. `id` joins both, and is what Server-Sent Events resume from.
"""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import StreamName
from crucible.domain.shape import Shape


class _Event(Shape):
    evaluation_id: str
    fence: int
    sequence: int
    at: datetime

    @property
    def id(self) -> str:
        """Where this event stands in its evaluation's history."""
        return f"{self.fence}-{self.sequence}"

    @property
    def position(self) -> tuple[int, int]:
        """The same, comparable."""
        return (self.fence, self.sequence)


class Queued(_Event):
    """It was acknowledged, and is on disk."""

    kind: Literal["queued"] = "queued"


class Started(_Event):
    """A worker holds it and its sandbox is about to run the program."""

    kind: Literal["started"] = "started"
    worker: str
    engine: str
    isolation: str


class Output(_Event):
    """Bytes that the program wrote. Text where they are UTF-8, base64 where they are not."""

    kind: Literal["output"] = "output"
    stream: StreamName
    offset: int
    """Of its first byte, within the stream."""
    encoding: Literal["utf-8", "base64"]
    data: str


class UsageSample(_Event):
    """What the program used up to this moment."""

    kind: Literal["usage"] = "usage"
    wall_seconds: float
    cpu_seconds: float
    memory_bytes: int
    processes: int


class Attempt(_Event):
    """Something that the sandbox refused. The last with one `action`, `name` and `detail` counts all of them."""

    kind: Literal["attempt"] = "attempt"
    action: Literal["system_call", "connection"]
    name: str
    """The system call; `lookup` where the name of a host was asked for."""
    detail: str
    """What is safe to read of its arguments; of a connection, the address and port, or the name."""
    count: int
    wall_seconds: float
    """When it happened first, from the program's start."""


class Progress(_Event):
    """How far the program says that it has come. Each replaces what the one before said."""

    kind: Literal["progress"] = "progress"
    done: float | None
    total: float | None
    message: str
    """Of the program's choosing, in printable characters."""
    malformed: int
    """How many of the lines that it told so far were no progress."""
    wall_seconds: float
    """When it was heard, from the program's start."""


class CancelRequested(_Event):
    """Somebody asked for its end; its holder is being told."""

    kind: Literal["cancel_requested"] = "cancel_requested"
    subject: str


class Requeued(_Event):
    """Its holder was lost or gave it back; it will run again."""

    kind: Literal["requeued"] = "requeued"
    reason: str
    infrastructure_attempts: int
    worker: str | None = None
    """Who held it."""


class Finished(_Event):
    """It ended; nothing follows."""

    kind: Literal["finished"] = "finished"
    outcome: Outcome
    exit_code: int | None = None
    signal: str | None = None
    error: str | None = None


Event = Annotated[
    Queued | Started | Output | UsageSample | Attempt | Progress | CancelRequested | Requeued | Finished,
    Field(discriminator="kind"),
]


HIGHEST_NUMBER = 2**31 - 1
"""Of fences and sequences; databases keep them in 32 bits."""
_LONGEST_NUMBER = len(str(HIGHEST_NUMBER))


def parse_event_id(text: str) -> tuple[int, int]:
    """Return the position that an event id names. Raises ValueError where it is none."""
    fence, separator, sequence = text.partition("-")
    if not (separator and fence.isascii() and fence.isdigit() and sequence.isascii() and sequence.isdigit()):
        raise ValueError(f"an event id is '<fence>-<sequence>', not {text[:40]!r}")
    if max(len(fence), len(sequence)) > _LONGEST_NUMBER or max(int(fence), int(sequence)) > HIGHEST_NUMBER:
        raise ValueError(f"an event id's numbers are at most {HIGHEST_NUMBER}, not {text[:40]!r}")
    return int(fence), int(sequence)
