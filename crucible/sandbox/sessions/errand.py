"""One order under way, as the executor sees it: its pipes, its tracking group, its time, and how it ended."""

import asyncio
import contextlib
import json
import os
import socket
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from crucible.sandbox.driver import EmitOutput
from crucible.sandbox.sessions.streams import Leftovers, Stream
from crucible.sandbox.sessions.tracking import ExecGroup

_DYING_SECONDS = 5.0
"""How long process 1 may take to say that what was killed has ended."""
_FIRST_SECONDS = 1.0
"""How long an order's own process may take to end before what came of it is killed, too."""
_FAILURE_BYTES = 4096


class KeeperSilentError(Exception):
    """Process 1 doesn't answer any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How an order ended."""

    code: int | None
    signal: int | None
    cpu_seconds: float
    wall_seconds: float
    timed_out: bool
    told: dict[str, Any] | None
    """What its process said before it was a program: why it could not become one, or that it was done."""


class Errand:
    """Make it, hand its `descriptors` to process 1, then `follow` it to its end."""

    def __init__(self, group: ExecGroup, keep: int, emit: EmitOutput | None, begun: ExitStack) -> None:
        """Open what it needs; `begun` closes that where something can't be had. Raises OSError."""
        self.stdout = Stream("stdout", keep, emit)
        begun.callback(self.stdout.abandon)
        self.stderr = Stream("stderr", keep, emit)
        begun.callback(self.stderr.abandon)
        self.group = group
        # No pipe, which root inside could open in gVisor's /proc, before its holder is a program, and lie on it.
        self._failure, self._telling = (end.detach() for end in socket.socketpair())
        begun.callback(os.close, self._failure)
        begun.callback(os.close, self._telling)
        os.set_blocking(self._failure, False)
        self._doors = group.open_doors()
        for door in self._doors:
            begun.callback(os.close, door)
        self._began = time.monotonic()

    @property
    def descriptors(self) -> list[int]:
        """What goes to process 1, after the order and standard input."""
        return [self.stdout.writing, self.stderr.writing, self._telling, *self._doors]

    def handed_over(self) -> None:
        """Close what process 1 has its own copies of."""
        for descriptor in self.descriptors:
            os.close(descriptor)

    async def follow(
        self,
        reported: asyncio.Future[dict[str, Any]],
        seconds: float,
        leftovers: Leftovers,
        kill_first: Callable[[], Awaitable[None]],
    ) -> Ended:
        """Return how it ended. If it takes too long, or nobody waits any more, all that came of it is killed.

        `kill_first`: has process 1 kill the order's own process, which may not be in its group yet.
        """
        pumps = [asyncio.create_task(stream.run()) for stream in (self.stdout, self.stderr)]
        timed_out = False
        try:
            try:
                async with asyncio.timeout(seconds):  # which loses no cancellation, as 3.11's `wait_for` can
                    report = await asyncio.shield(reported)
            except TimeoutError:
                timed_out = True
                report = await self._killed(reported, kill_first)
            wall_seconds = time.monotonic() - self._began
            for stream in (self.stdout, self.stderr):
                stream.end()
            await asyncio.gather(*pumps)
        except BaseException:
            await asyncio.shield(self._kill(kill_first))
            raise
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            told = self._told()
            for stream in (self.stdout, self.stderr):
                stream.leave_to(leftovers)
        return Ended(
            code=report.get("code"),
            signal=report.get("signal"),
            cpu_seconds=report.get("cpu_seconds", 0.0),
            wall_seconds=wall_seconds,
            timed_out=timed_out,
            told=told,
        )

    async def _killed(
        self, reported: asyncio.Future[dict[str, Any]], kill_first: Callable[[], Awaitable[None]]
    ) -> dict[str, Any]:
        await kill_first()
        # Of a shell whose child is killed before itself, it would be said that it exited.
        await asyncio.wait([reported], timeout=_FIRST_SECONDS)
        await self.group.kill()
        try:
            async with asyncio.timeout(_DYING_SECONDS):
                report = await asyncio.shield(reported)
        except TimeoutError:
            raise KeeperSilentError from None
        await self.group.kill()  # now nothing can enter it any more
        return report

    async def _kill(self, kill_first: Callable[[], Awaitable[None]]) -> None:
        await kill_first()
        await self.group.kill()

    def _told(self) -> dict[str, Any] | None:
        """Return what was told before the end or the exec: it is there by now, or never will be."""
        try:
            told = os.read(self._failure, _FAILURE_BYTES)
        except BlockingIOError:
            told = b""
        finally:
            os.close(self._failure)
        with contextlib.suppress(ValueError):
            content = json.loads(told)
            return content if isinstance(content, dict) else None
        return None
