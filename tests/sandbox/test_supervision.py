"""A sandbox whose reports make no sense is no reason to wait for the end of its output."""

import asyncio
import os

import pytest

from crucible.domain.limits import Limits
from crucible.domain.sandbox import SandboxEvent
from crucible.sandbox import report
from crucible.sandbox.cgroup import Reading
from crucible.sandbox.supervision import Supervision
from tests.fake_executor import STARTED


class Unused:
    """Counters of what uses nothing."""

    def read(self) -> Reading:
        return Reading(0.0, 0, 0, 0, 0)


class Garbled:
    """A hold on a sandbox that says what is no report."""

    group = Unused()
    is_alive = True
    killed = False

    async def receive(self) -> tuple[bytes, bytes]:
        return report.ENDED, b"no JSON"

    def ask_to_stop(self) -> None:
        """There is nobody to be asked."""

    def kill(self) -> None:
        self.killed = True


async def test_its_output_is_not_waited_for() -> None:
    async def emit(_: SandboxEvent) -> None:
        """Tell nobody."""

    stdout, held_open = os.pipe()
    stderr = os.open(os.devnull, os.O_RDONLY)
    hold = Garbled()
    with pytest.raises(ValueError, match="Expecting value"):
        async with asyncio.timeout(30):
            await Supervision(hold, STARTED, Limits(), emit).watch(stdout, stderr, asyncio.Event())
    assert hold.killed
    os.close(held_open)
