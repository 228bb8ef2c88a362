"""The sessions that this executor holds. They are its own, not a connection's: a client that returns finds them.

Each ends when it is asked to, when it was idle or alive for too long, or when it breaks; why is remembered for a
while. None outlives the executor.
"""

import asyncio
import contextlib
import time
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, replace

import structlog

from crucible.domain.bounds import out_of_bounds
from crucible.domain.errors import (
    ConflictError,
    NotFoundError,
    SandboxUnavailableError,
    SessionEndedError,
    SessionsUnsupportedError,
    UnavailableError,
)
from crucible.domain.sandbox import AUTO_ENGINE, Containment, Isolation, SandboxAttempt, SandboxSpec
from crucible.domain.session import EndReason, SessionLimits, SessionSpec, SessionStanding, SessionUsage
from crucible.sandbox.driver import Session, SessionDriver
from crucible.sandbox.engines import Engines
from crucible.sandbox.images import Images
from crucible.sandbox.sessions.making import HOST

MOST_SESSIONS = 1000
_REMEMBERED = 10_000
_REMEMBERED_ATTEMPTS = 1000
"""Of how many sessions that ended: whoever has a record of them asks within seconds."""

_log = structlog.get_logger()


def _unsupported(spec: SessionSpec, why: str) -> SessionsUnsupportedError:
    """Return the error that names what was asked for, and why it can't be had."""
    field, asked = "engine", spec.engine
    if spec.engine in {None, AUTO_ENGINE} and spec.minimum_isolation is not Isolation.SHARED_KERNEL:
        field, asked = "minimum_isolation", spec.minimum_isolation
    message = f"asks for {asked}, and {why}"
    return SessionsUnsupportedError.of_field(field, message)


@dataclass(slots=True)
class _Held:
    session: Session
    limits: SessionLimits
    containment: Containment
    began: float
    used: float
    """When it was last used."""
    uses: int = 0
    """How many requests are at it now."""

    def idle_seconds(self) -> float:
        return 0.0 if self.uses else time.monotonic() - self.used


class Sessions:
    """All of an executor's sessions."""

    def __init__(self, engines: Engines, images: Images) -> None:
        self._engines = engines
        self._images = images
        self._held: dict[str, _Held] = {}
        self._opening: set[str] = set()
        self._ended: OrderedDict[str, SessionStanding] = OrderedDict()
        self._tried: OrderedDict[str, tuple[SandboxAttempt, ...]] = OrderedDict()
        """Of those that ended, in which something was refused."""
        self._watching: set[asyncio.Task[None]] = set()

    async def open(self, name: str, spec: SessionSpec) -> SessionStanding:
        """Make a session.

        Raises ConflictError, UnavailableError, SandboxUnavailableError, SessionsUnsupportedError.
        """
        if wrong := out_of_bounds(spec.limits):
            raise SandboxUnavailableError(f"limits.{wrong}")
        if name in self._held or name in self._ended or name in self._opening:
            raise ConflictError(f"there is a session {name} already, or was")
        if len(self._held) + len(self._opening) >= MOST_SESSIONS:
            raise UnavailableError(f"this executor holds {MOST_SESSIONS} sessions, which is as many as it may")
        self._opening.add(name)
        try:
            prefix = self._prefix(spec.image)
            session = await (await self._choose(spec)).open_session(spec, prefix)
        finally:
            self._opening.discard(name)
        now = time.monotonic()
        held = self._held[name] = _Held(session, spec.limits, session.containment, began=now, used=now)
        watch = asyncio.create_task(self._watch(name, held))
        self._watching.add(watch)
        watch.add_done_callback(self._watching.discard)
        return self._standing(name, held)

    def _prefix(self, image: str | None) -> str:
        """Return what stands for the programs that a session shows. Raises SessionsUnsupportedError."""
        if image is None:
            return HOST
        try:
            return self._images.prefix(image)
        except KeyError:
            known = ", ".join(self._images.names()) or "none"
            message = f"must be an image of this executor, is {image!r}; there are: {known}"
            raise SessionsUnsupportedError.of_field("image", message) from None

    async def _choose(self, spec: SessionSpec) -> SessionDriver:
        """Return who is to make a session. Raises SandboxUnavailableError, SessionsUnsupportedError."""
        wanted = SandboxSpec(runtime="", engine=spec.engine, minimum_isolation=spec.minimum_isolation)
        try:
            driver = await self._engines.choose(wanted, to_stay=True)
        except SandboxUnavailableError as error:
            if spec.engine is None and spec.minimum_isolation is Isolation.SHARED_KERNEL:
                raise  # nothing was asked for that could be asked for otherwise
            raise _unsupported(spec, error.detail) from error
        report = driver.report()
        if not report.sessions or not isinstance(driver, SessionDriver):
            why = report.missing.get("sessions", "it can not have any")
            raise _unsupported(spec, f"the engine {driver.engine} has no sessions: {why}")
        return driver

    @contextlib.contextmanager
    def using(self, name: str) -> Iterator[Session]:
        """Provide a session, which isn't idle meanwhile. Raises SessionEndedError, NotFoundError."""
        held = self._find(name)
        held.uses += 1
        try:
            yield held.session
        finally:
            held.uses -= 1
            held.used = time.monotonic()

    async def measure(self, name: str) -> SessionUsage:
        """Return what a session uses, which is no use of it. Raises SessionEndedError, NotFoundError."""
        return await self._find(name).session.usage()

    async def attempts(self, name: str) -> tuple[SandboxAttempt, ...]:
        """Return what was tried in a session and refused, which is no use of it. Raises NotFoundError."""
        if held := self._held.get(name):
            return await held.session.attempts()
        if name not in self._ended:
            raise NotFoundError(f"this executor has no session {name}")
        return self._tried.get(name, ())

    async def end(self, name: str, reason: EndReason, detail: str) -> SessionStanding:
        """End a session; return how it ended when nothing of it is left. Raises NotFoundError."""
        if held := self._held.get(name):
            await held.session.end(reason, detail)
            self._bury(name, held)
        if name not in self._ended:
            raise NotFoundError(f"this executor has no session {name}")
        return self._ended[name]

    def standings(self) -> tuple[SessionStanding, ...]:
        """Return every session that is held, and those that ended not long ago."""
        return (*(self._standing(name, held) for name, held in self._held.items()), *self._ended.values())

    async def close(self) -> None:
        """End all of them."""
        names = list(self._held)
        await asyncio.gather(
            *(self.end(name, EndReason.EXECUTOR_GONE, "its executor was stopped") for name in names)
        )
        for watch in self._watching:
            watch.cancel()
        await asyncio.gather(*self._watching, return_exceptions=True)

    def _find(self, name: str) -> _Held:
        if held := self._held.get(name):
            return held
        if ended := self._ended.get(name):
            raise SessionEndedError(f"the session has ended ({ended.ended}): {ended.detail}")
        raise NotFoundError(f"this executor has no session {name}")

    def _standing(self, name: str, held: _Held) -> SessionStanding:
        return SessionStanding(
            session=name,
            containment=held.containment,
            user=held.session.user,
            wall_seconds=time.monotonic() - held.began,
            idle_seconds=held.idle_seconds(),
        )

    def _bury(self, name: str, held: _Held) -> None:
        """Remember how it ended, and forget the rest."""
        if self._held.pop(name, None) is None:
            return
        reason, detail = held.session.ended.result()
        self._ended[name] = replace(self._standing(name, held), ended=reason, detail=detail)
        if held.session.tried:
            self._tried[name] = held.session.tried
        while len(self._ended) > _REMEMBERED:
            self._ended.popitem(last=False)
        while len(self._tried) > _REMEMBERED_ATTEMPTS:
            self._tried.popitem(last=False)
        _log.info("executor.session_ended", session=name, reason=str(reason), detail=detail)

    async def _watch(self, name: str, held: _Held) -> None:
        """End it when its time has come; notice where it ends by itself."""
        limits = held.limits
        while not held.session.ended.done():
            alive = limits.lifetime_seconds - (time.monotonic() - held.began)
            idle = limits.idle_seconds - held.idle_seconds()
            if alive <= 0:
                await self._expire(
                    name, EndReason.LIFETIME, f"limits.lifetime_seconds, {limits.lifetime_seconds:g}"
                )
            elif idle <= 0:
                await self._expire(name, EndReason.IDLE, f"limits.idle_seconds, {limits.idle_seconds:g}")
            else:
                await asyncio.wait({held.session.ended}, timeout=min(alive, idle))
        reason, detail = held.session.ended.result()
        await held.session.end(reason, detail)  # which waits until nothing of it is left
        self._bury(name, held)

    async def _expire(self, name: str, reason: EndReason, limit: str) -> None:
        await self.end(name, reason, f"it reached {limit}")
