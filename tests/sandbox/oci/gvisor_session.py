"""One session behind gVisor's kernel for all claims of a module: to make one takes as long as most claims do.

A module that takes `shared` and `session` from here says which by its `SPEC`.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio

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


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def shared(sandboxes: Sandboxes, request: pytest.FixtureRequest) -> AsyncIterator[Session]:
    async with standing(sandboxes, request.module.SPEC) as session:
        yield session


@pytest_asyncio.fixture(loop_scope="session")
async def session(shared: Session) -> AsyncIterator[Session]:
    """Provide it, as it was made."""
    yield shared
    await shared.exec(ExecSpec(argv=("/bin/sh", "-c", CLEAN_UP)), None)
