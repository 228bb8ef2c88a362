"""Sessions of the `docker` driver: a container whose process 1 becomes a session's.

The container's root is the host's, or the first of the range that the engine maps, or gVisor's. In the session,
which has a user namespace of its own within the container's, it is nobody: see `crucible.sandbox.sessions`.
"""

import asyncio
import contextlib
import os
import socket
import tempfile
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from dataclasses import replace

from crucible.domain.errors import SandboxUnavailableError
from crucible.domain.sandbox import Containment
from crucible.domain.session import EndReason, SessionSpec
from crucible.sandbox import report, seccomp
from crucible.sandbox.docker import session_relay
from crucible.sandbox.docker.identities import Identities
from crucible.sandbox.docker.session_link import SessionLink
from crucible.sandbox.docker.standing import Container
from crucible.sandbox.plan import WORKSPACE
from crucible.sandbox.sessions import plan
from crucible.sandbox.sessions.making import enforces, ground_of
from crucible.sandbox.sessions.session import TrackedSession, stands
from crucible.sandbox.standing import SandboxBrokenError

_BUILDING_SECONDS = 30.0
_DISK_OF_GVISOR = "tmpfs size, RLIMIT_FSIZE"
"""Of a file system that is gVisor's own and counts no inodes."""

Stand = Callable[[SessionSpec, str, str | None], Awaitable[Container]]
"""Return a container that shows a prefix, and whose process 1 has connected to the socket of a path, if to any."""


class DockerSessions:
    """The sessions of one engine's containers."""

    def __init__(
        self,
        stand: Stand,
        remove: Callable[[Container], Coroutine[None, None, None]],
        containment: Containment,
        identities: Identities,
        *,
        own_kernel: bool,
    ) -> None:
        """`stand` and `remove` a container. `own_kernel`: whether each has one, as gVisor's runtime brings it."""
        self._stand = stand
        self._remove = remove
        self._identities = identities
        self._own_kernel = own_kernel
        mechanisms = enforces(containment.cgroup_version, identities.of_session(0)[0], own_kernel=own_kernel)
        if own_kernel:
            mechanisms["disk_bytes"] = _DISK_OF_GVISOR
        self._containment = replace(
            containment,
            seccomp=seccomp.digest(seccomp.build_wall_of_sessions(own_kernel=own_kernel).program),
            enforces=mechanisms | {"container": containment.enforces["container"]},
        )
        self._sessions: set[TrackedSession] = set()

    async def open(self, spec: SessionSpec, prefix: str) -> TrackedSession:
        """Return a session that stands. Raises SandboxUnavailableError."""
        try:
            return await self._open(spec, prefix)
        except (SandboxBrokenError, OSError) as error:  # a timeout is one, too
            reason = str(error) or "it took too long"
            raise SandboxUnavailableError(f"no session could be made: {reason}") from error

    async def close(self) -> None:
        """End every session."""
        ends = [session.end(EndReason.EXECUTOR_GONE, "its executor was stopped") for session in self._sessions]
        await asyncio.gather(*ends)

    async def _open(self, spec: SessionSpec, prefix: str) -> TrackedSession:
        door = contextlib.nullcontext() if self._own_kernel else _door()
        async with contextlib.AsyncExitStack() as begun:
            with door as listening:
                path = None if listening is None else listening.getsockname()
                container = await self._stand(spec, prefix, path)
                begun.push_async_callback(self._take_away, container)
                ground = plan.encode(self._ground(container, spec, prefix))
                await container.send(report.HEAD.pack(report.WORK, len(ground)) + ground)
                channel = await _channel(container, listening, begun)
            begun.callback(channel.close)
            async with asyncio.timeout(_BUILDING_SECONDS):
                await stands(channel)
                process = await container.open_process()
            container.group.begin()
            held = begun.pop_all()
        session = TrackedSession(
            channel=channel,
            stage=process,
            group=container.group,
            spec=spec,
            user="root",
            containment=self._containment,
            release=lambda: self._forget(session, held),
            own_kernel=self._own_kernel,
        )
        self._sessions.add(session)
        return session

    def _ground(self, container: Container, spec: SessionSpec, prefix: str) -> plan.Ground:
        identity, keeper = self._identities.of_session(container.block)
        own = None
        if self._own_kernel:
            own = plan.OwnKernel(disk=WORKSPACE, processes=spec.limits.processes, beside=session_relay.PROCESSES)
        return ground_of(spec, prefix, identity, keeper, own_kernel=own)

    async def _take_away(self, container: Container) -> None:
        await asyncio.shield(self._remove(container))

    async def _forget(self, session: TrackedSession, held: contextlib.AsyncExitStack) -> None:
        self._sessions.discard(session)
        await held.aclose()


async def _channel(
    container: Container, listening: socket.socket | None, begun: contextlib.AsyncExitStack
) -> socket.socket:
    """Return what leads to process 1: a connection that it made, or one that its streams carry."""
    if listening is not None:
        channel, _ = await asyncio.get_running_loop().sock_accept(listening)
        return channel
    link = SessionLink(container)
    begun.push_async_callback(link.close)
    return link.channel


@contextlib.contextmanager
def _door() -> Iterator[socket.socket]:
    """Provide a socket that is listened at, in a folder that nobody else may enter."""
    with (
        tempfile.TemporaryDirectory(prefix="crucible-door-") as folder,
        socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listening,
    ):
        path = f"{folder}/door"
        listening.bind(path)
        os.chmod(path, 0o666)  # noqa: S103 - whoever the container's root is out here
        listening.listen(1)
        listening.setblocking(False)
        yield listening
