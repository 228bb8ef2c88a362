"""Turns what a sandbox says into the evaluation's events, and keeps what it leaves.

Whoever writes output a byte at a time must not be able to make an event of each: output that comes faster than
twenty times a second is told together, and the longer a program runs the longer the pauses may be. That bounds an
attempt's events to some ten thousand, however long it runs.
"""

import asyncio
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from itertools import count

from crucible.database.records import Claimed
from crucible.domain.event import Attempt, CancelRequested, Event, Output, Progress, Started, UsageSample
from crucible.domain.limits import KIB
from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import (
    MAXIMUM_ATTEMPTS,
    MAXIMUM_COLLECTED_BYTES,
    MAXIMUM_COLLECTED_FILES,
    MAXIMUM_TOLD_ATTEMPTS,
    MAXIMUM_TOLD_PROGRESS,
    Containment,
    SandboxAttempt,
    SandboxEvent,
    SandboxFile,
    SandboxFinished,
    SandboxOutput,
    SandboxProgress,
    SandboxSample,
    SandboxStarted,
    StreamName,
)
from crucible.evaluations.chunk import chunk

_CHUNK_BYTES = 64 * KIB
_SHORTEST_PAUSE_SECONDS = 0.05
_PAUSES_PER_RUN = 2000


@dataclass(slots=True)
class _Stream:
    kept: bytearray = field(default_factory=bytearray)
    told: int = 0


class Relay:
    """One attempt at an evaluation, as its holder tells of it and remembers it."""

    def __init__(self, claimed: Claimed, worker: str, publish: Callable[[Event], None]) -> None:
        self.claimed = claimed
        self._worker = worker
        self._publish = publish
        self._clock = asyncio.get_running_loop().time
        self._began = self._clock()
        self._sequence = count()
        self._streams: dict[StreamName, _Stream] = {"stdout": _Stream(), "stderr": _Stream()}
        self._output_cut = False
        self._flushed_at = float("-inf")
        self._flushing: asyncio.TimerHandle | None = None
        self._sample = SandboxSample(wall_seconds=0.0, cpu_seconds=0.0, memory_bytes=0, processes=0)
        self._peak_memory_bytes = 0
        self._files_bytes = 0
        self.files: list[SandboxFile] = []
        self.files_cut = False
        self.containment: Containment | None = None
        """What the program runs behind, once it does."""
        self.runtime_version: str | None = None
        """What runs it, then."""
        self.started_after_seconds: float | None = None
        """How long after the claim it did."""
        self._attempts: dict[tuple[str, str, str], SandboxAttempt] = {}
        self._told_attempts = 0
        self.progress: SandboxProgress | None = None
        """How far the program said last that it has come."""
        self._told_progress = 0

    @property
    def stdout(self) -> bytes:
        """What the program wrote to its standard output so far."""
        return bytes(self._streams["stdout"].kept)

    @property
    def stderr(self) -> bytes:
        """What the program wrote to its standard error so far."""
        return bytes(self._streams["stderr"].kept)

    @property
    def output_cut(self) -> bool:
        """Whether more came than the limits allow, which an executor should have prevented."""
        return self._output_cut

    @property
    def attempts(self) -> tuple[SandboxAttempt, ...]:
        """What the program tried and was refused, each with its count so far."""
        return tuple(self._attempts.values())

    def take(self, event: SandboxEvent) -> None:
        """Tell and remember what happened in the sandbox."""
        match event:
            case SandboxStarted():
                self.containment = event.containment
                self.runtime_version = event.runtime_version
                self.started_after_seconds = self._clock() - self._began
                self._tell(
                    Started,
                    worker=self._worker,
                    engine=event.containment.engine,
                    isolation=event.containment.isolation.value,
                )
            case SandboxOutput():
                self._keep_output(event)
            case SandboxSample():
                self._keep_sample(event)
            case SandboxAttempt():
                self._keep_attempt(event)
            case SandboxProgress():
                self._keep_progress(event)
            case SandboxFile():
                self._keep_file(event)
            case SandboxFinished():
                self.end()

    def cancelled(self, subject: str) -> SandboxFinished:
        """Tell that somebody asked for the end, and return it as far as it is known."""
        self._tell(CancelRequested, subject=subject)
        self.end()
        return SandboxFinished(
            outcome=Outcome.CANCELLED,
            wall_seconds=self._sample.wall_seconds,
            cpu_seconds=self._sample.cpu_seconds,
            peak_memory_bytes=self._peak_memory_bytes,
        )

    def end(self) -> None:
        """Tell what has not been told; no more output follows."""
        self._flush(final=True)

    def abandon(self) -> None:
        """Tell nothing more: this attempt is void."""
        if self._flushing:
            self._flushing.cancel()

    def next_place(self) -> int:
        """Return the next event's sequence number."""
        return next(self._sequence)

    def _tell(self, kind: Callable[..., Event], **content: object) -> None:
        self._publish(
            kind(
                evaluation_id=self.claimed.evaluation_id,
                fence=self.claimed.fence,
                sequence=self.next_place(),
                at=self._now(),
                **content,
            )
        )

    def _now(self) -> datetime:
        """Return the database's time, carried on from the claim by this machine's steady clock."""
        return self.claimed.claimed_at + timedelta(seconds=self._clock() - self._began)

    def _keep_sample(self, sample: SandboxSample) -> None:
        self._sample = sample
        self._peak_memory_bytes = max(self._peak_memory_bytes, sample.memory_bytes)
        self._tell(
            UsageSample,
            wall_seconds=sample.wall_seconds,
            cpu_seconds=sample.cpu_seconds,
            memory_bytes=sample.memory_bytes,
            processes=sample.processes,
        )

    def _keep_attempt(self, attempt: SandboxAttempt) -> None:
        key = (attempt.action, attempt.name, attempt.detail)
        if key not in self._attempts and len(self._attempts) >= MAXIMUM_ATTEMPTS:
            return
        self._attempts[key] = attempt
        if self._told_attempts < MAXIMUM_TOLD_ATTEMPTS:
            self._told_attempts += 1
            self._tell(Attempt, **asdict(attempt))

    def _keep_progress(self, progress: SandboxProgress) -> None:
        self.progress = progress
        if self._told_progress < MAXIMUM_TOLD_PROGRESS:
            self._told_progress += 1
            self._tell(Progress, **asdict(progress))

    def _keep_file(self, file: SandboxFile) -> None:
        self._files_bytes += len(file.data)
        if len(self.files) < MAXIMUM_COLLECTED_FILES and self._files_bytes <= MAXIMUM_COLLECTED_BYTES:
            self.files.append(file)
        else:
            self.files_cut = True

    def _keep_output(self, output: SandboxOutput) -> None:
        room = self.claimed.spec.limits.output_bytes - sum(len(stream.kept) for stream in self._streams.values())
        self._streams[output.stream].kept += output.data[:room]
        self._output_cut = self._output_cut or len(output.data) > room
        untold = sum(len(stream.kept) - stream.told for stream in self._streams.values())
        wait = self._flushed_at + self._pause() - self._clock()
        if untold >= _CHUNK_BYTES or wait <= 0:
            self._flush(final=False)
        elif self._flushing is None:
            self._flushing = asyncio.get_running_loop().call_later(wait, self._flush)

    def _pause(self) -> float:
        return max(_SHORTEST_PAUSE_SECONDS, (self._clock() - self._began) / _PAUSES_PER_RUN)

    def _flush(self, *, final: bool = False) -> None:
        if self._flushing:
            self._flushing.cancel()
            self._flushing = None
        self._flushed_at = self._clock()
        for name, stream in self._streams.items():
            self._flush_stream(name, stream, final=final)

    def _flush_stream(self, name: StreamName, stream: _Stream, *, final: bool) -> None:
        while untold := len(stream.kept) - stream.told:
            piece = bytes(stream.kept[stream.told : stream.told + _CHUNK_BYTES])
            part = chunk(piece, final=final and untold <= _CHUNK_BYTES)
            if not part.size_bytes:
                return
            self._tell(Output, stream=name, offset=stream.told, encoding=part.encoding, data=part.text)
            stream.told += part.size_bytes
