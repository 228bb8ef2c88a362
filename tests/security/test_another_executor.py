"""Two executors of one user, which know nothing of each other: what one's program takes isn't the other's."""

import asyncio

import pytest

from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import SandboxEvent, SandboxOutput
from crucible.sandbox.engines import ENGINES
from tests.sandbox.fixtures import Sandboxes, on_engine

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("unharmed")]

_TAKE_ALL_PIPE_BUFFERS = """
import fcntl, os, time
try:
    while True:
        fcntl.fcntl(os.pipe()[1], 1031, 1 << 20)
except PermissionError:
    print("all taken", flush=True)
time.sleep(60)
"""
"""fcntl(F_SETPIPE_SZ): pipe(7) has a bound on what all pipes of one uid hold, whatever namespaces it is in."""


@on_engine("namespaces", "runc", "crun", "docker")
async def test_its_sandboxes_are_other_users_of_the_host(sandboxes: Sandboxes) -> None:
    another = Sandboxes(await ENGINES[sandboxes.driver.engine].open(), sandboxes.runtimes)
    taken, enough = asyncio.Event(), asyncio.Event()

    def notice(event: SandboxEvent) -> None:
        if isinstance(event, SandboxOutput):
            taken.set()

    try:
        hostile = asyncio.create_task(
            sandboxes.run(_TAKE_ALL_PIPE_BUFFERS, cancelled=enough, on_event=notice, wall_seconds=60)
        )
        ended = asyncio.create_task(taken.wait())
        await asyncio.wait([hostile, ended], return_when=asyncio.FIRST_COMPLETED)
        ended.cancel()
        ran = await another.run("import fcntl, os; print(fcntl.fcntl(os.pipe()[0], 1032))")
        enough.set()
        assert (await hostile).finished.outcome is Outcome.CANCELLED
        assert ran.text == "65536\n", "F_GETPIPE_SZ: what a pipe has whose user has no more to give is two pages"
    finally:
        await another.driver.close()
