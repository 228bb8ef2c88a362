"""What is said of sessions over the executor's socket: requests, told apart by a number, and answers to them.

An exec that streams sends output as it comes, and no more than a window of it ahead of what the other side has
taken, so that a slow reader slows the program and fills nobody's memory.
"""

from typing import Final

import msgspec

from crucible.domain.errors import FieldError
from crucible.domain.limits import MIB
from crucible.domain.sandbox import SandboxAttempt
from crucible.domain.session import (
    ExecFinished,
    ExecOutput,
    ExecSpec,
    SessionSpec,
    SessionStanding,
    SessionUsage,
)

WINDOW_BYTES: Final = 4 * MIB
CONTENT_BYTES: Final = 8 * MIB
"""Of a file's content in one answer."""


class _Message(msgspec.Struct, tag_field="type", kw_only=True):
    """A frame's content."""

    request: int


class OpenSession(_Message, tag="session-open"):
    """Make a session under an identifier that its asker chose. Answered by `Standing`."""

    session: str
    spec: SessionSpec


class EndSession(_Message, tag="session-end"):
    """End a session, and answer with `Standing` when nothing of it is left."""

    session: str


class ListSessions(_Message, tag="session-list"):
    """Answered by `SessionList`."""


class MeasureSession(_Message, tag="session-measure"):
    """Answered by `Usage`."""

    session: str


class TellAttempts(_Message, tag="session-tell-attempts"):
    """Answered by `Attempts`, also where the session ended not long ago."""

    session: str


class Exec(_Message, tag="session-exec"):
    """Run a program. Answered by `Written` where it streams, and `Exited` at the end."""

    session: str
    spec: ExecSpec


class Taken(_Message, tag="session-taken"):
    """So many bytes of a stream were taken; as many more may be sent."""

    size: int


class Abandon(_Message, tag="session-abandon"):
    """Nobody waits for a request any more: what was begun for it is ended."""


class ReadFile(_Message, tag="session-read"):
    """Answered by `Content`, in as many parts as it takes."""

    session: str
    path: str
    user: str | None
    most: int


class WriteFile(_Message, tag="session-write"):
    """Answered by `Done`."""

    session: str
    path: str
    content: bytes
    user: str | None = None
    mode: int | None = None


class Standing(_Message, tag="session-standing"):
    """A session as it is now."""

    standing: SessionStanding


class SessionList(_Message, tag="session-sessions"):
    """Every session that is held, or ended not long ago."""

    sessions: tuple[SessionStanding, ...]


class Usage(_Message, tag="session-usage"):
    """See `SessionUsage`."""

    usage: SessionUsage


class Attempts(_Message, tag="session-attempts"):
    """What was tried in a session and refused."""

    attempts: tuple[SandboxAttempt, ...]


class Written(_Message, tag="session-written"):
    """See `ExecOutput`."""

    event: ExecOutput


class Exited(_Message, tag="session-exited"):
    """See `ExecFinished`."""

    event: ExecFinished


class Content(_Message, tag="session-content"):
    """A part of a file."""

    data: bytes
    last: bool


class Done(_Message, tag="session-done"):
    """It is done."""


class Refused(_Message, tag="session-refused"):
    """It could not be done: the error's slug, and its detail."""

    slug: str
    detail: str
    fields: tuple[FieldError, ...] = ()
    """Which of what was asked for is at fault, where that is known."""


SessionRequest = (
    OpenSession
    | EndSession
    | ListSessions
    | MeasureSession
    | TellAttempts
    | Exec
    | Taken
    | Abandon
    | ReadFile
    | WriteFile
)
SessionAnswer = Standing | SessionList | Usage | Attempts | Written | Exited | Content | Done | Refused
