"""Everything that the routes work with, handed over once by whoever starts the server."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated

from fastapi import Depends, Request

from crucible.blobs.store import BlobStore
from crucible.database.database import Database
from crucible.domain.errors import ExecutorUnavailableError
from crucible.domain.principal import LOCAL_OWNER, Principal
from crucible.domain.retention import FOR_GOOD, Retention
from crucible.domain.sandbox import RuntimeReport
from crucible.domain.sharing import NO_CAPS, Caps
from crucible.evaluations.check import Checks
from crucible.evaluations.isolation import AskEngines
from crucible.queue.doorbell import Doorbell
from crucible.sessions.holder import SessionHolder
from crucible.stream.stream import EventStream


@dataclass(frozen=True, slots=True, kw_only=True)
class Collaborators:
    """What the routes work with."""

    database: Database
    blobs: BlobStore
    stream: EventStream
    doorbell: Doorbell
    runtimes: Callable[[], Sequence[RuntimeReport]]
    """What the executor can run; the last known while it is away."""
    engines: AskEngines
    """Every engine that some executor has, and what it gives or why it can't; empty while none has told."""
    sessions: SessionHolder | None = None
    """Who holds sessions for this server; `None` where it stands beside no executor."""
    checks: Checks | None = None
    """Who has programs parsed for this server; `None` where it stands beside no executor."""
    webhook_networks: Collection[IPv4Network | IPv6Network] = ()
    """Private networks that notifications may be sent to all the same."""
    caps: Caps = NO_CAPS
    """How many evaluations of a tenant may run at once: what waits for that says so."""
    retention: Retention = FOR_GOOD
    """How long each kind of thing is kept."""
    unready: Callable[[], Awaitable[dict[str, str]]]
    """Each part that can't do its work now, and why; empty once all can."""

    @property
    def holder(self) -> SessionHolder:
        """Return who holds sessions. Raises ExecutorUnavailableError where nobody does."""
        if self.sessions is None:
            raise ExecutorUnavailableError("this server stands beside no executor that could hold sessions")
        return self.sessions

    @property
    def checker(self) -> Checks:
        """Return who has programs parsed. Raises ExecutorUnavailableError where nobody does."""
        if self.checks is None:
            raise ExecutorUnavailableError("this server stands beside no executor that could parse a program")
        return self.checks


async def _collaborators(request: Request) -> Collaborators:
    collaborators: Collaborators = request.app.state.collaborators
    return collaborators


async def _principal() -> Principal:
    return LOCAL_OWNER


Crucible = Annotated[Collaborators, Depends(_collaborators)]
Asker = Annotated[Principal, Depends(_principal)]
