"""Sessions of the `docker` driver: a container whose process 1 becomes a session's.

Its root is the host's, or the first of the range that the engine maps, and in the session, which has a user
namespace of its own within the container's, it is nobody: see `crucible.sandbox.sessions`.
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
from crucible.sandbox.docker.identities import Identities
from crucible.sandbox.docker.standing import Container
from crucible.sandbox.sessions import plan
from crucible.sandbox.sessions.making import enforces, ground_of
from crucible.sandbox.sessions.session import TrackedSession, stands
from crucible.sandbox.standing import SandboxBrokenError

_BUILDING_SECONDS = 30.0

Stand = Callable[[SessionSpec, str, str], Awaitable[Container]]
"""Return a container that shows a prefix, and whose process 1 has connected to the socket of a path."""


class DockerSessions:
    """The sessions of one engine's containers."""

    def __init__(
        self,
        stand: Stand,
        remove: Callable[[Container], Coroutine[None, None, None]],
        containment: Containment,
        identities: Identities,
    ) -> None:
        self._stand = stand
        self._remove = remove
        self._identities = identities
        self._containment = replace(
            containment,
            seccomp=seccomp.digest(seccomp.build_wall_of_sessions().program),
            enforces=enforces(containment.cgroup_version, identities.of_session(0)[0])
            | {"container": containment.enforces["container"]},
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
        with _door() as (path, listening):
            container = await self._stand(spec, prefix, path)
            try:
                channel, _ = await asyncio.get_running_loop().sock_accept(listening)
                try:
                    return await self._settle(container, channel, spec, prefix)
                except BaseException:
                    channel.close()
                    raise
            except BaseException:
                await asyncio.shield(self._remove(container))
                raise

    async def _settle(
        self, container: Container, channel: socket.socket, spec: SessionSpec, prefix: str
    ) -> TrackedSession:
        memory = plan.write(ground_of(spec, prefix, *self._identities.of_session(container.block)))
        try:
            socket.send_fds(channel, [report.WORK], [memory])
        finally:
            os.close(memory)
        async with asyncio.timeout(_BUILDING_SECONDS):
            await stands(channel)
            process = await container.open_process()
        container.group.begin()
        session = TrackedSession(
            channel=channel,
            stage=process,
            group=container.group,
            spec=spec,
            user="root",
            containment=self._containment,
            release=lambda: self._forget(session, container),
        )
        self._sessions.add(session)
        return session

    async def _forget(self, session: TrackedSession, container: Container) -> None:
        self._sessions.discard(session)
        await self._remove(container)


@contextlib.contextmanager
def _door() -> Iterator[tuple[str, socket.socket]]:
    """Provide a socket that is listened at, in a folder that nobody else may enter, and its path."""
    with (
        tempfile.TemporaryDirectory(prefix="crucible-door-") as folder,
        socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listening,
    ):
        path = f"{folder}/door"
        listening.bind(path)
        os.chmod(path, 0o666)  # noqa: S103 - whoever the container's root is out here
        listening.listen(1)
        listening.setblocking(False)
        yield path, listening
