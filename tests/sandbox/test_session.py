"""The executor's hold on a session, whose process 1 is played: when a real one answers can't be chosen."""

import asyncio
import os
import socket

import pytest

from crucible.domain.sandbox import Containment, Isolation
from crucible.domain.session import EndReason, SessionSpec
from crucible.sandbox.cgroup import Reading
from crucible.sandbox.sessions.session import TrackedSession


class EmptyGroup:
    tracking_folder = "/nonexistent"

    def read(self) -> Reading:
        return Reading(0.0, 0, 0, 0, 0)


async def nothing() -> None:
    """Nothing is there to be released."""


@pytest.mark.parametrize("turns", range(2))
async def test_who_leaves_in_the_moment_of_the_answer_has_left(turns: int) -> None:
    here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    here.setblocking(False)
    stage = await asyncio.create_subprocess_exec("/bin/sleep", "600")
    with there:
        session = TrackedSession(
            channel=here,
            stage=os.pidfd_open(stage.pid),
            group=EmptyGroup(),
            spec=SessionSpec(),
            user="root",
            containment=Containment(engine="", driver="", isolation=Isolation.SHARED_KERNEL, kernel=""),
            release=nothing,
            own_kernel=True,
        )
        asking = asyncio.create_task(session.usage())
        await asyncio.sleep(0)
        session._measures[0].set_result({"disk_bytes": 0, "processes": 0})
        for _ in range(turns):
            await asyncio.sleep(0)
        asking.cancel()
        await asyncio.wait({asking})
        stage.kill()
        there.shutdown(socket.SHUT_RDWR)
        await session.end(EndReason.DESTROYED, "the test is over")
        await stage.wait()
    assert asking.cancelled()
