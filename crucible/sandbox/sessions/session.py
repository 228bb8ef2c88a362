"""The executor's hold on one session: orders go in, what came of them comes out, and its end is noticed."""

import asyncio
import contextlib
import itertools
import json
import os
import posixpath
import signal
import socket
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from crucible.domain.errors import SessionBusyError, SessionEndedError, SessionInterruptedError, UnavailableError
from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import Containment, SandboxAttempt
from crucible.domain.session import (
    WORKING_DIRECTORY,
    EndReason,
    ExecFinished,
    ExecSpec,
    SessionSpec,
    SessionUsage,
)
from crucible.ending import within
from crucible.sandbox import apparmor
from crucible.sandbox.driver import EmitOutput
from crucible.sandbox.readable import readable
from crucible.sandbox.sessions import plan
from crucible.sandbox.sessions.errand import Ended, Errand, KeeperSilentError
from crucible.sandbox.sessions.failures import failure
from crucible.sandbox.sessions.streams import Leftovers
from crucible.sandbox.sessions.tracking import ExecGroup, Tracked, TrackedInside, TrackingGroup
from crucible.sandbox.verdict import signal_name

_FILE_SECONDS = 60.0
"""How long a file may take: what is slower is held up by something in the session."""
_MEASURE_SECONDS = 10.0
_LEAVING_SECONDS = 2.0
"""How long process 1 may take to leave before it is killed."""
_ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LANG": "C.UTF-8",
}
_BUSY_PAUSE_SECONDS = 0.005


class TrackedSession:
    """A session whose execs are told apart by control groups: below its own, or those of its own kernel."""

    def __init__(
        self,
        *,
        channel: socket.socket,
        stage: int,
        group: Tracked,
        spec: SessionSpec,
        user: str,
        containment: Containment,
        release: Callable[[], Awaitable[None]],
        execs_open_doors: bool = False,
        own_kernel: bool = False,
    ) -> None:
        """Hold it by its channel and a pidfd of its stage.

        `execs_open_doors`: whether its execs have to open what leads into their groups: see `tracking.hall`.
        `own_kernel`: whether it has one, whose processes are none of the host's.
        """
        self.user = user
        self.containment = containment
        self.ended: asyncio.Future[tuple[EndReason, str]] = asyncio.get_running_loop().create_future()
        self._channel = channel
        self._stage = stage
        self._group = group
        self._spec = spec
        self._release = release
        self._execs_open_doors = execs_open_doors
        self._own_kernel = own_kernel
        self._numbers = itertools.count(1)
        self._reports: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._measures: list[asyncio.Future[dict[str, Any]]] = []
        self._attempts: dict[tuple[str, str, str], SandboxAttempt] = {}
        self._active: set[ExecGroup] = set()
        self._lingering: set[ExecGroup] = set()
        """Groups of execs that ended, in which something may still run."""
        self._leftovers = Leftovers()
        self._began = time.monotonic()
        self._leaving: asyncio.Future[None] | None = None
        self._counting = False
        """Whether its end has begun with a last question for what was tried."""
        self._receiving = asyncio.create_task(self._receive())

    async def exec(self, spec: ExecSpec, emit: EmitOutput | None) -> ExecFinished:
        """See `Session.exec`."""
        self._require()
        user = spec.user or self.user
        order = plan.Order(
            purpose=plan.Purpose.EXEC,
            user=user,
            cwd=posixpath.join(WORKING_DIRECTORY, spec.cwd),
            argv=list(spec.argv),
            environment=_ENVIRONMENT | self._spec.env | spec.env,
        )
        kills = self._out_of_memory_kills()
        errand, ended = await self._carry_out(
            order, spec.stdin, spec.output_bytes, emit if spec.stream else None, spec.timeout_seconds
        )
        if ended.told is not None and not ended.timed_out:
            raise failure(ended.told, user=user, cwd=spec.cwd, name=spec.argv[0])
        if ended.code is None and ended.signal is None and not ended.timed_out:
            raise SessionBusyError("starting a process: the session has no descriptor to spare")
        out_of_memory = not self.ended.done() and self._group.read().out_of_memory_kills > kills
        return ExecFinished(
            outcome=_outcome(ended, out_of_memory),
            exit_code=ended.code,
            signal=signal_name(ended.signal),
            stdout=b"" if spec.stream else errand.stdout.tail.bytes(),
            stderr=b"" if spec.stream else errand.stderr.tail.bytes(),
            stdout_bytes=errand.stdout.tail.total,
            stderr_bytes=errand.stderr.tail.total,
            wall_seconds=ended.wall_seconds,
            cpu_seconds=ended.cpu_seconds,
        )

    async def read_file(self, path: str, user: str | None, most: int) -> bytes:
        """See `Session.read_file`."""
        order = plan.Order(
            purpose=plan.Purpose.READ,
            user=user or self.user,
            cwd=WORKING_DIRECTORY,
            argv=[path],
            environment={},
            size=most,
        )
        errand = await self._file(order, b"", most)
        return errand.stdout.tail.bytes()

    async def write_file(self, path: str, content: bytes, user: str | None, mode: int | None) -> None:
        """See `Session.write_file`."""
        order = plan.Order(
            purpose=plan.Purpose.WRITE,
            user=user or self.user,
            cwd=WORKING_DIRECTORY,
            argv=[path],
            environment={},
            size=len(content),
            mode=mode,
        )
        await self._file(order, content, 1)

    async def usage(self) -> SessionUsage:
        """See `Session.usage`."""
        inside = await self._measure()
        reading = self._group.read()
        return SessionUsage(
            wall_seconds=time.monotonic() - self._began,
            cpu_seconds=reading.cpu_seconds,
            memory_bytes=reading.memory_bytes,
            peak_memory_bytes=reading.peak_memory_bytes,
            processes=inside["processes"] if self._own_kernel else reading.processes,
            disk_bytes=inside["disk_bytes"],
            execs=len(self._reports),
        )

    async def attempts(self) -> tuple[SandboxAttempt, ...]:
        """See `Session.attempts`."""
        if not self.ended.done():
            with contextlib.suppress(SessionEndedError):  # then what was told last is all there will ever be
                await self._measure()
        return self.tried

    @property
    def tried(self) -> tuple[SandboxAttempt, ...]:
        """See `Session.tried`."""
        return tuple(self._attempts.values())

    async def _measure(self) -> dict[str, Any]:
        """Have process 1 tell what it has not told, and what is used inside. Raises SessionEndedError."""
        self._require()
        measured: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._measures.append(measured)
        await self._send(plan.message(plan.Kind.MEASURE), [])
        try:
            async with asyncio.timeout(_MEASURE_SECONDS):  # which loses no cancellation, as 3.11's `wait_for` can
                return await asyncio.shield(measured)
        except TimeoutError:
            await self.end(EndReason.BROKEN, "its process 1 did not answer")
            raise self._ended() from None

    async def end(self, reason: EndReason, detail: str) -> None:
        """See `Session.end`."""
        if not self.ended.done() and not self._counting:
            self._counting = True
            with contextlib.suppress(SessionEndedError):
                await within(_LEAVING_SECONDS, self._measure())
        if not self.ended.done():
            self.ended.set_result((reason, detail))
        if self._leaving is None:
            self._leaving = asyncio.ensure_future(self._leave())
        await asyncio.shield(self._leaving)

    async def _leave(self) -> None:
        """Have process 1 leave, and wait for the stage, which sees it go last."""
        self._receiving.cancel()
        await asyncio.gather(self._receiving, return_exceptions=True)
        with contextlib.suppress(OSError):
            self._channel.shutdown(socket.SHUT_RDWR)
        self._channel.close()
        for report in (*self._reports.values(), *self._measures):
            if not report.done():
                report.set_exception(self._ended())
                report.exception()  # whoever waits gets it; nobody needs to be told that nobody did
        if not await _gone(self._stage, _LEAVING_SECONDS):
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._stage, signal.SIGKILL)
            await _gone(self._stage, _LEAVING_SECONDS)
        os.close(self._stage)
        self._leftovers.close()
        for _ in range(250):
            self._lingering |= self._active  # nobody is left who could still enter one
            if self._sweep():
                break
            await asyncio.sleep(0.02)
        await self._release()

    async def _file(self, order: plan.Order, content: bytes, keep: int) -> Errand:
        errand, ended = await self._carry_out(order, content, keep, None, _FILE_SECONDS)
        if ended.told is not None and ended.told.get("done"):
            return errand
        name = order.argv[0]
        if ended.told is not None:
            raise failure(ended.told, user=order.user, cwd=order.cwd, name=name)
        doing = "reading" if order.purpose == plan.Purpose.READ else "writing"
        raise SessionInterruptedError(f"{doing} {name[:256]!r} was cut short by something in the session")

    async def _carry_out(
        self, order: plan.Order, stdin: bytes, keep: int, emit: EmitOutput | None, seconds: float
    ) -> tuple[Errand, Ended]:
        """Have a process made for the order and return how it ended. Raises SessionEndedError."""
        self._require()
        self._sweep()
        number = next(self._numbers)
        group = self._group_of(number)
        try:
            with contextlib.ExitStack() as begun:
                errand = Errand(group, keep, emit, begun)
                memory = plan.write(order)
                begun.callback(os.close, memory)
                source = readable(stdin)
                begun.pop_all()
        except OSError as error:
            group.remove()
            raise UnavailableError(f"the executor can't begin it now: {error}", retry_after_seconds=1) from error
        self._active.add(group)
        reported = self._reports[number] = asyncio.get_running_loop().create_future()
        try:
            try:
                message = plan.message(plan.Kind.ORDER, number=number)
                await self._send(message, [memory, source, *errand.descriptors])
            finally:
                os.close(memory)
                os.close(source)
                errand.handed_over()
            return errand, await errand.follow(reported, seconds, self._leftovers, partial(self._kill, number))
        except KeeperSilentError:
            await self.end(EndReason.BROKEN, "its process 1 did not answer")
            raise self._ended() from None
        finally:
            self._reports.pop(number, None)
            self._active.discard(group)
            self._lingering.add(group)
            self._sweep()

    def _group_of(self, number: int) -> ExecGroup:
        """Return what tracks what comes of an order. Raises OSError."""
        if self._own_kernel:
            return TrackedInside()
        return TrackingGroup(self._group, f"exec-{number}", opened_by_execs=self._execs_open_doors)

    async def _kill(self, number: int) -> None:
        with contextlib.suppress(SessionEndedError):  # then the kernel has
            await self._send(plan.message(plan.Kind.KILL, number=number), [])

    async def _send(self, message: bytes, descriptors: list[int]) -> None:
        while True:
            self._require()
            try:
                socket.send_fds(self._channel, [message], descriptors)
            except BlockingIOError:
                await asyncio.sleep(_BUSY_PAUSE_SECONDS)  # process 1 starts one at a time
            except OSError:
                await self.end(EndReason.BROKEN, "its process 1 ended")
                raise self._ended() from None
            else:
                return

    async def _receive(self) -> None:
        """Hand process 1's messages to whoever waits for them; its end is the session's."""
        while data := await _next_message(self._channel):
            message = json.loads(data)
            report: asyncio.Future[dict[str, Any]] | None = None
            if message.pop("kind") == plan.Kind.ATTEMPT:
                attempt = SandboxAttempt(**message)
                self._attempts[attempt.action, attempt.name, attempt.detail] = attempt
            elif "number" in message:
                report = self._reports.get(message["number"])
            else:
                report = self._measures.pop(0)
            if report is not None and not report.done():
                report.set_result(message)
        kills = self._group.read().out_of_memory_kills
        detail = "its process 1 ended" + (", as its memory was spent" if kills else "")
        self._counting = True  # nobody is left to ask
        asyncio.get_running_loop().call_soon(lambda: asyncio.ensure_future(self.end(EndReason.BROKEN, detail)))

    def _out_of_memory_kills(self) -> int:
        try:
            return self._group.read().out_of_memory_kills
        except OSError as error:
            raise UnavailableError(f"the executor can't look at it now: {error}", retry_after_seconds=1) from error

    def _sweep(self) -> bool:
        """Remove tracking groups in which nothing is left; whether that was all of them."""
        self._lingering -= {group for group in self._lingering if group.remove()}
        return not self._lingering

    def _require(self) -> None:
        if self.ended.done():
            raise self._ended()

    def _ended(self) -> SessionEndedError:
        reason, detail = self.ended.result()
        return SessionEndedError(f"the session has ended ({reason}): {detail}")


async def stands(channel: socket.socket) -> None:
    """Return once process 1 says that the session stands. Raises OSError, with what it says otherwise."""
    answer = await asyncio.get_running_loop().sock_recv(channel, plan.MESSAGE_BYTES)
    if not answer:
        raise OSError("its processes ended before it stood")
    message = json.loads(answer)
    if message["kind"] != plan.Kind.READY:
        reason = message.get("error", answer)
        raise OSError(
            f"{reason}; AppArmor may keep it from that: {apparmor.REMEDY}" if apparmor.restricts() else reason
        )


async def _next_message(channel: socket.socket) -> bytes:
    """Return what process 1 says next; nothing once it is gone."""
    try:
        return await asyncio.get_running_loop().sock_recv(channel, plan.MESSAGE_BYTES)
    except OSError:
        return b""


async def _gone(process: int, seconds: float) -> bool:
    """Whether the process of a pidfd ended within so many seconds."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_reader(process, ended.set)
    try:
        async with asyncio.timeout(seconds):
            await ended.wait()
    except TimeoutError:
        return False
    finally:
        loop.remove_reader(process)
    return True


def _outcome(ended: Ended, out_of_memory: bool) -> Outcome:
    if ended.timed_out:
        return Outcome.TIMED_OUT
    if ended.code == 0:
        return Outcome.SUCCEEDED
    if out_of_memory:
        return Outcome.MEMORY_EXCEEDED
    return Outcome.NONZERO_EXIT if ended.signal is None else Outcome.KILLED_BY_SIGNAL
