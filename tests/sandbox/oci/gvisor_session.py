"""One session behind gVisor's kernel for all claims of a module: to make one takes as long as most claims do."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from crucible.domain.session import EndReason, ExecSpec, SessionSpec
from crucible.sandbox.driver import Session
from tests.sandbox import host
from tests.sandbox.fixtures import Sandboxes
from tests.waiting import until

CLEAN_UP = "rm -rf /workspace/* /workspace/.[a-z]*; kill -KILL -1 2> /dev/null; true"
"""In the words of root inside: nothing that was made or started stays."""


@asynccontextmanager
async def standing(sandboxes: Sandboxes, spec: SessionSpec) -> AsyncIterator[Session]:
    """Provide a session, of which nothing is left."""
    await sandboxes.driver.give_back()
    before = host.traces()
    session = await sandboxes.open_session(spec)
    yield session
    await session.end(EndReason.DESTROYED, "the tests are over")

    async def gone() -> bool:
        return not host.traces() - before

    await until(gone)


async def clean_up(session: Session) -> None:
    """Have the session be as it was made, for the next claim."""
    await session.exec(ExecSpec(argv=("/bin/sh", "-c", CLEAN_UP)), None)
