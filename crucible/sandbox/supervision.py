"""Watching one sandbox from outside: relay what it prints, sample what it uses, end it when a limit is reached."""

import asyncio
import contextlib
import json
import time

from crucible.domain.limits import Limits
from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import (
    Isolation,
    SandboxAttempt,
    SandboxFile,
    SandboxFinished,
    SandboxOutput,
    SandboxProgress,
    SandboxSample,
    SandboxStarted,
    StreamName,
)
from crucible.sandbox import report, verdict
from crucible.sandbox.driver import Emit
from crucible.sandbox.pipe import Pipe
from crucible.sandbox.standing import Hold, SandboxBrokenError, reason

_CHUNK_BYTES = 64 * 1024
_SAMPLE_SECONDS = 0.2
_OUTPUT_SECONDS = 0.01
"""At the most one output event in this time: one byte a write must not become one event a byte."""
_OUTPUT_EVENTS_TO_SLOW_DOWN = 100
"""With every so many events that time grows by as much again, which bounds them over hours."""
_STARTING_SECONDS = 10.0
_STOP_SECONDS = 2.0
"""How long process 1 may take to kill, collect and report before it is killed itself."""


class Supervision:
    """One running sandbox. `watch` is its whole life."""

    def __init__(self, standing: Hold, about: SandboxStarted, limits: Limits, emit: Emit) -> None:
        """`about`: what is told once the program starts."""
        self._standing = standing
        self._cgroup = standing.group
        self._about = about
        self._limits = limits
        self._emit = emit
        self._counted = None if about.containment.isolation is Isolation.SHARED_KERNEL else 1
        """Its processes and threads as process 1 counts them: out here, those of its kernel would be counted."""
        self._stopped_for: Outcome | None = None
        self._pipes: dict[StreamName, Pipe] = {}
        self._pumps: list[asyncio.Task[None]] = []
        self._first_looks: tuple[asyncio.TimerHandle, ...] = ()
        self._ended = asyncio.Event()
        self._patience: asyncio.TimerHandle | None = None
        self._sampling: asyncio.Task[None] | None = None
        self._output_left = limits.output_bytes
        self._output_events = 0
        self._truncated = False
        self._began = time.monotonic()

    async def watch(self, stdout: int, stderr: int, cancelled: asyncio.Event) -> SandboxFinished:
        """Return how it ended, once nothing of it is left. The descriptors are closed on the way."""
        self._pipes = {"stdout": Pipe(stdout), "stderr": Pipe(stderr)}
        ended: verdict.Report | None = None
        broken: str | None = None
        followed = False
        try:
            ended = await self._follow(cancelled)
            followed = True
        except SandboxBrokenError as error:
            broken = str(error)
        finally:
            self._ended.set()
            if self._patience is not None:
                self._patience.cancel()
            self._standing.kill()
            try:
                await self._relay_what_is_left(followed=followed, is_all=ended is not None and ended.ending)
            finally:
                for pipe in self._pipes.values():
                    pipe.close()
        return await self._conclude(ended, broken)

    async def _follow(self, cancelled: asyncio.Event) -> verdict.Report | None:
        """Relay process 1's reports up to its last one, when nothing of the program can run any more.

        The end of process 1 itself, which takes its namespaces down, is nobody's to wait for. Returns None where
        it ended without that report.
        """
        loop = asyncio.get_running_loop()
        cancelling = asyncio.create_task(self._stop_when(cancelled))
        timer = loop.call_later(_STARTING_SECONDS, self._standing.kill)
        try:
            while True:
                kind, content = await self._standing.receive()
                if kind == report.STARTED:
                    timer.cancel()
                    timer = loop.call_later(self._limits.wall_seconds, self.stop, Outcome.TIMED_OUT)
                    await self._begin()
                elif kind == report.FILE:
                    await self._emit(_file(content))
                elif kind == report.ATTEMPT:
                    await self._emit(SandboxAttempt(**json.loads(content)))
                elif kind == report.PROGRESS:
                    await self._emit(SandboxProgress(**json.loads(content)))
                elif kind == report.COUNT:
                    self._counted = json.loads(content)["processes"]
                elif kind == report.ENDED:
                    return verdict.Report(**json.loads(content))
                elif kind == report.ENDED_ORDINARILY:
                    return verdict.Report(**report.ordinary_end(content))
                elif kind == b"":
                    return None
                else:
                    raise SandboxBrokenError(reason(kind, content))
        finally:
            timer.cancel()
            cancelling.cancel()
            await self._end_looks()

    async def _begin(self) -> None:
        """Tell that the program runs, and look a little later at what it prints and uses, if it still does."""
        loop = asyncio.get_running_loop()
        self._began = time.monotonic()
        await self._emit(self._about)
        self._first_looks = (
            loop.call_later(_OUTPUT_SECONDS, self._start_to_relay),
            loop.call_later(self._until_first_sample(), self._start_sampling),
        )

    def stop(self, reason: Outcome) -> None:
        """Have process 1 end the program and report; kill it where it doesn't in time. The first reason counts."""
        if self._stopped_for is None and not self._ended.is_set():
            self._stopped_for = reason
            self._standing.ask_to_stop()
            self._patience = asyncio.get_running_loop().call_later(_STOP_SECONDS, self._standing.kill)

    async def _stop_when(self, cancelled: asyncio.Event) -> None:
        await cancelled.wait()
        self.stop(Outcome.CANCELLED)

    def _until_first_sample(self) -> float:
        return min(_SAMPLE_SECONDS, max(0.01, (self._limits.cpu_seconds or 1.0) / self._limits.cpus))

    def _start_sampling(self) -> None:
        self._sampling = asyncio.create_task(self._sample())

    async def _end_looks(self) -> None:
        for look in self._first_looks:
            look.cancel()
        if self._sampling is not None:
            self._sampling.cancel()
            await asyncio.gather(self._sampling, return_exceptions=True)

    async def _sample(self) -> None:
        """Emit what it uses and end it when it used too much, looking again just before it could."""
        cpu_limit = self._limits.cpu_seconds
        while True:
            reading = self._cgroup.read()
            if reading.out_of_memory_kills:
                self.stop(Outcome.MEMORY_EXCEEDED)
            pause = _SAMPLE_SECONDS
            if cpu_limit is not None:
                if reading.cpu_seconds >= cpu_limit:
                    self.stop(Outcome.CPU_EXCEEDED)
                pause = min(pause, max(0.01, (cpu_limit - reading.cpu_seconds) / self._limits.cpus))
            await self._emit(
                SandboxSample(
                    wall_seconds=time.monotonic() - self._began,
                    cpu_seconds=reading.cpu_seconds,
                    memory_bytes=reading.memory_bytes,
                    processes=reading.processes if self._counted is None else self._counted,
                )
            )
            await asyncio.sleep(pause)

    def _start_to_relay(self) -> None:
        self._pumps = [asyncio.create_task(self._pump(stream, pipe)) for stream, pipe in self._pipes.items()]

    async def _relay_what_is_left(self, *, followed: bool, is_all: bool) -> None:
        """Relay the rest of its output, but where nobody has `followed` it and knows whether that has an end.

        `is_all`: what is there now is the rest, whoever could still write.
        """
        if is_all:
            for stream, pipe in self._pipes.items():
                pipe.complete()
                if not self._pumps:
                    await self._pump(stream, pipe)
        elif followed and not self._pumps:
            self._start_to_relay()
        elif not followed:
            for pump in self._pumps:
                pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)

    async def _pump(self, stream: StreamName, pipe: Pipe) -> None:
        """Relay one stream until its end or until the limit on output is reached."""
        loop = asyncio.get_running_loop()
        offset = 0
        due = 0.0
        while data := await pipe.read(_CHUNK_BYTES):
            if (early := due - loop.time()) > 0:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(early):
                        await self._ended.wait()
                data += pipe.read_what_waits(_CHUNK_BYTES - len(data))
            kept = data[: self._output_left]
            self._output_left -= len(kept)
            if kept:
                await self._emit(SandboxOutput(stream=stream, offset=offset, data=kept))
                offset += len(kept)
                self._output_events += 1
                due = loop.time() + _OUTPUT_SECONDS * (1 + self._output_events / _OUTPUT_EVENTS_TO_SLOW_DOWN)
            if len(kept) < len(data):
                self._truncated = True
                self.stop(Outcome.OUTPUT_EXCEEDED)
                pipe.close()  # so that the rest of a flood costs nothing
                return

    async def _conclude(self, ended: verdict.Report | None, broken: str | None) -> SandboxFinished:
        reading = self._cgroup.read()
        too_much = Outcome.OUTPUT_EXCEEDED if self._truncated else None  # also where it was quicker to end
        decided = verdict.decide(self._stopped_for or too_much, ended, reading, self._limits, broken)
        wall_seconds = ended.wall_seconds if ended else time.monotonic() - self._began
        if broken is None:
            await self._emit(
                SandboxSample(
                    wall_seconds=wall_seconds,
                    cpu_seconds=reading.cpu_seconds,
                    memory_bytes=reading.memory_bytes,
                    processes=0,
                )
            )
        return SandboxFinished(
            outcome=decided.outcome,
            exit_code=decided.exit_code,
            signal=decided.signal,
            error=decided.error,
            wall_seconds=wall_seconds,
            cpu_seconds=reading.cpu_seconds,
            peak_memory_bytes=reading.peak_memory_bytes,
            output_truncated=self._truncated,
            files_truncated=ended is not None and ended.files_truncated,
        )


def _file(content: bytes) -> SandboxFile:
    length = int.from_bytes(content[:2], "big")
    return SandboxFile(path=_shown(content[2 : 2 + length]), data=content[2 + length :])


def _shown(path: bytes) -> str:
    """Return a path as text, and another for each: no file may hide behind another's name."""
    return path.replace(b"\\x", b"\\x5cx").decode(errors="backslashreplace")
