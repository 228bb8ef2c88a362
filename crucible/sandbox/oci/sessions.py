"""Sessions of the `oci` driver: a container whose process 1 becomes a session's.

The container's root is process 1, and nobody in the session, which has a user namespace of its own within the
container's: see `crucible.sandbox.sessions.contained`.
"""

import asyncio
import os
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Final

from crucible.domain.errors import SandboxUnavailableError
from crucible.domain.sandbox import Containment
from crucible.domain.session import EndReason, SessionSpec
from crucible.sandbox import seccomp
from crucible.sandbox.container_tools import host_tasks
from crucible.sandbox.oci.container import Container
from crucible.sandbox.ordinary import Ranges
from crucible.sandbox.plan import SHARED_MEMORY, WORKSPACE, Identity
from crucible.sandbox.sessions import plan, tracking
from crucible.sandbox.sessions.making import enforces, ground_of
from crucible.sandbox.sessions.session import TrackedSession
from crucible.sandbox.standing import SandboxBrokenError

_BUILDING_SECONDS = 30.0
KEEPER: Final = 0
"""Who process 1 is in the container."""
ROOT: Final = KEEPER + 1
"""Who the session's root is in the container."""


@dataclass(frozen=True, slots=True)
class Identities:
    """Who is who in a container, by the host's ids, and in its session, by the container's."""

    outside: Identity
    inside: Identity


def identities_of_root(first: int, count: int) -> Identities:
    """Return those of an executor that is root, and so may map any ids."""
    return Identities(
        Identity(ranged=True, map=[(0, first, count)], init=KEEPER),
        Identity(ranged=True, map=[(0, ROOT, count - 1)], init=0),
    )


def identities_of_user(ranges: Ranges, slot: int) -> Identities:
    """Return those of an ordinary user's executor."""
    session, keeper = ranges.identity_of_session(slot)
    outside, inside, following = [(KEEPER, keeper, 1)], [], ROOT
    for number, first, count in session.map:
        outside.append((following, first, count))
        inside.append((number, following, count))
        following += count
    return Identities(Identity(ranged=True, map=outside, init=KEEPER), Identity(ranged=True, map=inside, init=0))


class OciSessions:
    """The sessions of one tool's containers."""

    def __init__(
        self,
        stand: Callable[[str], Coroutine[None, None, Container]],
        discard: Callable[[Container], Coroutine[None, None, None]],
        identities: Callable[[int], Identities],
        containment: Containment,
        *,
        own_kernel: bool,
    ) -> None:
        """`stand` and `discard` a container that shows a prefix; `identities`: of a slot.

        `own_kernel`: whether the tool brings one.
        """
        self._own_kernel = own_kernel
        self._stand = stand
        self._discard = discard
        self._identities = identities
        self._containment = replace(
            containment,
            seccomp=seccomp.digest(seccomp.build_wall_of_sessions(own_kernel=own_kernel).program),
            enforces=enforces(containment.cgroup_version, identities(0).inside, own_kernel=own_kernel)
            | {"container": containment.enforces["container"]},
        )
        self._sessions: set[TrackedSession] = set()

    async def open(self, spec: SessionSpec, prefix: str) -> TrackedSession:
        """Return a session that stands. Raises SandboxUnavailableError."""
        try:
            container = await self._stand(prefix)
            try:
                tasks = host_tasks(spec.limits.processes) if self._own_kernel else None
                container.group.limit(spec.limits.for_control_group(), tasks=tasks, standing=True)
                return await self._settle(container, spec, prefix)
            except BaseException:
                await asyncio.shield(self._discard(container))
                raise
        except (SandboxBrokenError, OSError) as error:  # a timeout is one, too
            raise SandboxUnavailableError(
                f"no session could be made: {str(error) or 'it took too long'}"
            ) from error

    async def close(self) -> None:
        """End every session."""
        ends = [session.end(EndReason.EXECUTOR_GONE, "its executor was stopped") for session in self._sessions]
        await asyncio.gather(*ends)

    async def _settle(self, container: Container, spec: SessionSpec, prefix: str) -> TrackedSession:
        identity = self._identities(container.slot.number).inside
        own = None
        if self._own_kernel:
            processes = spec.limits.processes
            own = plan.OwnKernel(disk=WORKSPACE, shared_memory=SHARED_MEMORY, processes=processes)
        ground = ground_of(spec, prefix, identity, KEEPER, own_kernel=own)
        disk = [(ground.disk_bytes, ground.inodes)] if self._own_kernel else []
        hall = [] if self._own_kernel else tracking.hall(container.group, self._containment.cgroup_version)
        memory = plan.write(ground)
        try:
            channel, stage = await container.become_session(memory, hall, _BUILDING_SECONDS, *disk)
        finally:
            for descriptor in (memory, *hall):
                os.close(descriptor)
        session = TrackedSession(
            channel=channel,
            stage=stage,
            group=container.group,
            spec=spec,
            user="root",
            containment=self._containment,
            release=lambda: self._forget(session, container),
            execs_open_doors=bool(hall),
            own_kernel=self._own_kernel,
        )
        self._sessions.add(session)
        return session

    async def _forget(self, session: TrackedSession, container: Container) -> None:
        self._sessions.discard(session)
        await self._discard(container)
