"""What a container uses: read from its control group where that can be seen here, else asked of the engine."""

import asyncio
import contextlib
from dataclasses import replace
from typing import Any

from crucible.sandbox import cgroup
from crucible.sandbox.docker.blueprint import OURS
from crucible.sandbox.docker.engine import Engine
from crucible.sandbox.docker.fates import Fate

_ASKING_SECONDS = 0.2
_NANOSECONDS = 1e9


class Usage:
    """The counters of one container. They end with it, so the last ones are kept."""

    def __init__(self, engine: Engine, identity: str, fate: Fate, memory_bytes: int) -> None:
        self._group: cgroup.Cgroup | None = None
        self._engine = engine
        self._identity = identity
        self._fate = fate
        self._last = cgroup.Reading(0.0, 0, 0, 0, 0)
        self._memory_bytes = memory_bytes
        self._before = self._last
        self._peak = 0
        self._settled = False
        self._asking: asyncio.Task[None] | None = None

    async def find(self) -> None:
        """Find the group of a container that runs. Raises OSError."""
        try:
            group = cgroup.of(await self._engine.process(self._identity), OURS)
            group.read()
            self._group = group
        except (FileNotFoundError, ProcessLookupError, KeyError):
            await self._ask()  # the engine's machine is another, virtual one, or hides its processes

    @property
    def is_direct(self) -> bool:
        """Whether the counters are the kernel's own, read from here."""
        return self._group is not None

    @property
    def tracking_folder(self) -> str:
        """Where groups below the container's can be made. Raises FileNotFoundError where that isn't seen here."""
        if self._group is None:
            raise FileNotFoundError("the container's control group is not to be seen here")
        return self._group.tracking_folder

    def begin(self) -> None:
        """Count from now on: what was used before was not the program's."""
        self._before = self._fresh()
        if self._group is None:
            self._asking = asyncio.create_task(self._keep_asking())

    def read(self) -> cgroup.Reading:
        """Return the counters."""
        reading, before = self._fresh(), self._before
        memory = self._of_the_program(reading.memory_bytes)
        peak = max(self._peak, memory)
        if reading.peak_memory_bytes > before.peak_memory_bytes:
            peak = max(peak, self._of_the_program(reading.peak_memory_bytes))
        self._peak = peak
        return replace(
            reading,
            cpu_seconds=max(0.0, reading.cpu_seconds - before.cpu_seconds),
            memory_bytes=memory,
            peak_memory_bytes=self._memory_bytes if self._fate.out_of_memory else peak,
            out_of_memory_kills=max(reading.out_of_memory_kills, int(self._fate.out_of_memory)),
        )

    async def settle(self) -> None:
        """Read for the last time: the program has ended, and soon there will be nothing to read."""
        if self._group is None:
            await self._ask()
        self._fresh()
        self._settled = True

    def _of_the_program(self, memory_bytes: int) -> int:
        return min(max(0, memory_bytes - self._before.memory_bytes), self._memory_bytes)

    def kill(self) -> None:
        """Kill what is in the group, where that can be seen from here."""
        if self._group is not None:
            with contextlib.suppress(OSError):  # it ended, and its group with it
                self._group.kill()

    def close(self) -> None:
        """Ask no more."""
        if self._asking is not None:
            self._asking.cancel()

    def _fresh(self) -> cgroup.Reading:
        if self._group is not None and not self._settled:
            with contextlib.suppress(OSError):  # it ended, and its group with it: the last reading stands
                self._last = self._group.read()
        return self._last

    async def _keep_asking(self) -> None:
        while not self._settled:
            await self._ask()
            await asyncio.sleep(_ASKING_SECONDS)

    async def _ask(self) -> None:
        with contextlib.suppress(OSError):  # it ended, or the engine did, which its events tell
            self._last = _reading(await self._engine.statistics(self._identity))


def _reading(statistics: dict[str, Any]) -> cgroup.Reading:
    memory = statistics.get("memory_stats", {})
    used = int(memory.get("usage", 0))
    return cgroup.Reading(
        cpu_seconds=statistics.get("cpu_stats", {}).get("cpu_usage", {}).get("total_usage", 0) / _NANOSECONDS,
        memory_bytes=used,
        peak_memory_bytes=max(used, int(memory.get("max_usage", 0))),
        processes=max(0, int(statistics.get("pids_stats", {}).get("current", OURS)) - OURS),
        out_of_memory_kills=0,
    )
