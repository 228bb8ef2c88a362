"""Makes sessions: a control group, a range of uids and a channel for each, and the launcher for all of them."""

import asyncio
import contextlib
import os
import platform
import socket
from typing import Self

from crucible.domain.errors import SandboxUnavailableError
from crucible.domain.sandbox import Containment, Isolation
from crucible.domain.session import EndReason, SessionSpec
from crucible.sandbox import cgroup, ids, landlock, ordinary, seccomp
from crucible.sandbox.launching import Launcher
from crucible.sandbox.namespaces.sessions.stage import GO
from crucible.sandbox.plan import Identity
from crucible.sandbox.sessions import plan, tracking
from crucible.sandbox.sessions.making import enforces, ground_of
from crucible.sandbox.sessions.session import TrackedSession, stands
from crucible.sandbox.slots import Slot, Slots

LAUNCHER = ("-m", "crucible.sandbox.namespaces.sessions.launcher")
"""What the launcher's interpreter runs; its socket's descriptor follows."""
_SPAN = ids.OF_ROOT["sessions"]
_BUILDING_SECONDS = 30.0
_OURS = 2
"""The stage and process 1, which count towards a group's processes."""


class NamespacesSessions:
    """The sessions of one executor. Make it with `open`."""

    def __init__(self, cgroups: cgroup.Cgroups, blocks: ids.Blocks, launcher: Launcher) -> None:
        self._cgroups = cgroups
        self._blocks = blocks
        self._launcher = launcher
        self._ranges = ordinary.ranges()
        self._slots = Slots(cgroups, _OURS)
        self._sessions: set[TrackedSession] = set()
        self._opening = 0
        self._containment = self._describe()

    @classmethod
    async def open(cls) -> Self:
        """Return one that is ready. Raises SandboxUnavailableError, saying what mends it."""
        try:
            cgroups = cgroup.find()
        except (cgroup.CgroupsUnavailableError, OSError) as error:
            raise SandboxUnavailableError(f"limits can't be enforced: {error}") from error
        with contextlib.ExitStack() as begun:
            begun.callback(cgroups.close)
            blocks = ids.Blocks(ordinary.span_of_sessions(_SPAN))
            begun.callback(blocks.close)
            opened = cls(cgroups, blocks, await Launcher.start(LAUNCHER))
            begun.pop_all()
        return opened

    @property
    def is_empty(self) -> bool:
        """Whether it has no session, nor is making one."""
        return not self._sessions and not self._opening

    async def open_session(self, spec: SessionSpec, prefix: str) -> TrackedSession:
        """Return a session that stands. Raises SandboxUnavailableError."""
        self._opening += 1
        try:
            return await self._open(spec, prefix)
        finally:
            self._opening -= 1

    async def close(self) -> None:
        """End every session, then the launcher."""
        ends = [session.end(EndReason.EXECUTOR_GONE, "its executor was stopped") for session in self._sessions]
        await asyncio.gather(*ends)
        await self._launcher.close()
        self._cgroups.close()
        self._blocks.close()

    async def _open(self, spec: SessionSpec, prefix: str) -> TrackedSession:
        try:
            slot = self._slots.take(self._blocks)
        except OSError as error:
            raise SandboxUnavailableError(f"no session could be made: {error}") from error
        group = slot.group
        identity, keeper = self._identity(slot.number)
        here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        here.setblocking(False)
        stage = -1
        try:
            group.limit(spec.limits.for_control_group())
            hall = tracking.hall(group, self._cgroups.version)
            memory = plan.write(ground_of(spec, prefix, identity, keeper, cgroups=group.entrances))
            try:
                await self._launcher.launch([memory, there.fileno(), *hall])
            finally:
                for descriptor in (memory, *hall):
                    os.close(descriptor)
            there.close()
            async with asyncio.timeout(_BUILDING_SECONDS):
                stage = await self._meet(here)
        except BaseException as error:
            there.close()
            here.close()
            if stage >= 0:
                os.close(stage)
            await asyncio.shield(self._slots.give_back(slot))
            if isinstance(error, OSError):  # a timeout is one, too
                raise SandboxUnavailableError(
                    f"no session could be made: {str(error) or 'it took too long'}"
                ) from error
            raise
        session = TrackedSession(
            channel=here,
            stage=stage,
            group=group,
            spec=spec,
            user="root" if identity.ranged else "sandbox",
            containment=self._containment,
            release=lambda: self._forget(session, slot),
            execs_open_doors=bool(hall),
        )
        self._sessions.add(session)
        return session

    def _describe(self) -> Containment:
        version = self._cgroups.version
        return Containment(
            engine="namespaces",
            driver="namespaces",
            isolation=Isolation.SHARED_KERNEL,
            kernel=f"Linux {platform.release()}",
            namespaces=("user", "mount", "pid", "network", "ipc", "uts", "cgroup"),
            seccomp=seccomp.digest(seccomp.build_wall_of_sessions().program),
            landlock_abi=landlock.abi(),
            cgroup_version=version,
            enforces=enforces(version, self._identity(0)[0]),
        )

    def _identity(self, block: int) -> tuple[Identity, int]:
        """Return who is who in a session, and who its process 1 is, which is nobody inside."""
        if os.geteuid() != 0:
            return self._ranges.identity_of_session(block) if self._ranges else (ordinary.ALONE, 0)
        first = _SPAN.start(block)
        keeper = first + _SPAN.each - 1
        return Identity(ranged=True, map=[(0, first, _SPAN.each - 1)], init=0), keeper

    @staticmethod
    async def _meet(channel: socket.socket) -> int:
        """Take hold of the stage, let it build, and return its pidfd once the session stands. Raises OSError."""
        loop = asyncio.get_running_loop()
        greeting = await loop.sock_recv(channel, plan.MESSAGE_BYTES)
        if not greeting.isdigit():
            raise OSError(f"its first process said {greeting!r}")
        stage = os.pidfd_open(int(greeting))
        try:
            await loop.sock_sendall(channel, GO)
            await stands(channel)
        except BaseException:
            os.close(stage)
            raise
        return stage

    async def _forget(self, session: TrackedSession, slot: Slot) -> None:
        self._sessions.discard(session)
        await asyncio.shield(self._slots.give_back(slot))
