"""The `docker` driver as the executor sees it: has an engine make, keep ready and remove containers."""

import asyncio
import contextlib
import errno
import itertools
import json
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import asdict, replace
from typing import Any, Self

import structlog

from crucible.domain.errors import SandboxUnavailableError, SessionsUnsupportedError
from crucible.domain.limits import Limits
from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import Containment, DriverReport, SandboxFinished, SandboxSpec, SandboxStarted
from crucible.domain.session import SessionSpec
from crucible.sandbox import container_tools, seccomp_profile
from crucible.sandbox.docker import engine, http, owner, reach, reporting, root, shares
from crucible.sandbox.docker.blueprint import EXECUTOR_LABEL, LABEL, OURS, Blueprint, House, Stay, configuration
from crucible.sandbox.docker.entrance import NoLoaderError, entrance
from crucible.sandbox.docker.fates import Fates
from crucible.sandbox.docker.identities import Identities
from crucible.sandbox.docker.sessions import DockerSessions
from crucible.sandbox.docker.standing import Container
from crucible.sandbox.docker.usage import Usage
from crucible.sandbox.docker.wire import Errand
from crucible.sandbox.driver import Emit, Session
from crucible.sandbox.runtimes.runtime import Runtime
from crucible.sandbox.standing import SandboxBrokenError
from crucible.sandbox.supervision import Supervision
from crucible.sandbox.tree import masked_for_runc, tree
from crucible.sandbox.warm import WarmPool
from crucible.sandbox.work import inodes, work_of

MOST_SPARES = 4
_GVISOR_RUNTIME = "runsc"
_SHARED_RUNTIME = "runc"
_NOT_FOUND = 404
_CHUNK_BYTES = 1024 * 1024
_log = structlog.stdlib.get_logger(__name__)


class DockerDriver:
    """Isolation by a container engine. Make one with `open`."""

    def __init__(self, name: str, asked: engine.Engine, about: engine.About, house: House, spares: int) -> None:
        self.engine = name
        self._identities = Identities(remapped=about.is_remapped, own_kernel=house.own_kernel)
        self._engine = asked
        self._about = about
        self._house = house
        self._fates = Fates(asked, f"{EXECUTOR_LABEL}={house.labels[EXECUTOR_LABEL]}")
        self._names = itertools.count(1)
        self._blueprints: dict[str, Blueprint] = {}
        self._roots: dict[str, root.Root] = {}
        self._importing = asyncio.Lock()
        self._removals: set[asyncio.Task[None]] = set()
        self._containment: Containment
        self._no_sessions: str | None = None
        """Why there are none, where there are none."""
        self._sessions: DockerSessions | None = None
        self._pool = WarmPool(self._stand, self._discard, most=spares)

    @classmethod
    async def open(cls, name: str = "docker", *, spares: int = MOST_SPARES) -> Self:
        """Return a driver that is ready to run. Raises SandboxUnavailableError, saying what mends it."""
        try:
            asked = await engine.Engine.connect(engine.address())
            about = await asked.about()
            runtime = _runtime(name, about)
            _refuse_what_lacks_limits(about)
            house = House(
                runtime=runtime,
                entrance=entrance(),
                seccomp=seccomp_profile.profile(),
                labels={LABEL: name, EXECUTOR_LABEL: owner.label()},
                swappiness=0 if about.cgroup_version == 1 else None,
                own_memory_bytes=0,
                own_kernel=runtime == _GVISOR_RUNTIME,
                bounds_shares=about.gives_user_namespaces and runtime != _GVISOR_RUNTIME and os.geteuid() == 0,
            )
            driver = cls(name, asked, about, house, spares)
            with contextlib.ExitStack() as begun:
                begun.callback(driver._identities.blocks.close)
                await driver._sweep()
                await driver._try_out()
                begun.pop_all()
        except (engine.AddressError, NoLoaderError, SandboxBrokenError, ValueError, OSError) as error:
            raise SandboxUnavailableError(_explain(error)) from error
        return driver

    def report(self) -> DriverReport:
        """Return what is enforced here."""
        return DriverReport(
            engine=self.engine,
            driver="docker",
            available=True,
            isolation=self._containment.isolation,
            enforces=self._containment.enforces,
            missing=reporting.missing(self._about, self._house, self._identities)
            | ({"sessions": self._no_sessions} if self._no_sessions else {}),
            unpromised=reporting.unpromised(self._about, self._house, self._identities),
            sessions=self._no_sessions is None,
        )

    async def run(
        self, spec: SandboxSpec, runtime: Runtime, emit: Emit, cancelled: asyncio.Event
    ) -> SandboxFinished:
        """See `Driver.run`."""
        kind = self._kind(spec.limits, runtime.prefix)
        try:
            standing = await self._pool.take(kind)
        except (SandboxBrokenError, OSError) as error:
            return SandboxFinished(outcome=Outcome.SANDBOX_ERROR, error=f"no sandbox could be made: {error}")
        try:
            work, contents = work_of(spec, runtime)
            if not self._house.counts_processes:
                work = work.changed(processes=spec.limits.processes - OURS)
            errand = Errand(
                work=work,
                stdin_bytes=len(spec.stdin),
                wall_seconds=spec.limits.wall_seconds,
                output_bytes=spec.limits.output_bytes,
                disk_bytes=spec.limits.disk_bytes,
                inodes=None if self._house.counts_processes else work.bounds.inodes,
            )
            stdout, stderr = await standing.give(errand, contents, spec.stdin)
            started = SandboxStarted(containment=self._containment, runtime_version=runtime.release())
            supervision = Supervision(standing, started, spec.limits, emit)
            return await supervision.watch(stdout, stderr, cancelled)
        except OSError as error:
            return SandboxFinished(outcome=Outcome.SANDBOX_ERROR, error=str(error))
        finally:
            self._discard(standing)
            self._pool.used(kind)

    async def open_session(self, spec: SessionSpec, prefix: str) -> Session:
        """See `SessionDriver.open_session`."""
        if self._no_sessions is not None:
            raise SessionsUnsupportedError(f"the engine {self.engine} has none: {self._no_sessions}")
        if self._sessions is None:
            self._sessions = DockerSessions(
                self._stand_to_stay,
                self._begin_to_remove if self._house.own_kernel else self._remove,
                self._containment,
                self._identities,
                own_kernel=self._house.own_kernel,
            )
        return await self._sessions.open(spec, prefix)

    async def give_back(self) -> None:
        """End the sandboxes that are kept ready, and return when nothing of those or of any other is left."""
        await self._pool.give_back()
        await asyncio.gather(*self._removals)

    async def close(self) -> None:
        """End every container; leave nothing behind but the images, which the next executor uses again."""
        if self._sessions is not None:
            await self._sessions.close()
        await self.give_back()
        await self._fates.close()
        self._identities.blocks.close()

    def _contain(self, said: dict[str, Any]) -> None:
        """Note what a container is made of. `said`: what process 1 found in there."""
        self._containment = reporting.containment(self.engine, self._about, self._house, self._identities, said)

    def _kind(self, limits: Limits, prefix: str) -> str:
        """Return what names containers that are as good as each other for a program."""
        blueprint = self._blueprint(limits, prefix)
        kind = json.dumps(asdict(blueprint))
        self._blueprints[kind] = blueprint
        return kind

    def _blueprint(self, limits: Limits, prefix: str) -> Blueprint:
        shown = tree(prefix)
        made = root.of_host(prefix)
        self._roots[made.image] = made
        return Blueprint(
            image=made.image,
            binds=tuple(made.binds),
            masked=tuple(shown.masked if self._house.own_kernel else masked_for_runc()),
            memory_bytes=limits.memory_bytes,
            cpus=limits.cpus,
            processes=limits.processes,
            disk_bytes=limits.disk_bytes,
            inodes=inodes(limits),
        )

    async def _stand(self, kind: str) -> Container:
        """Return a container that waits for a program. Raises SandboxBrokenError, OSError."""
        return await self._start(self._blueprints[kind])

    async def _stand_to_stay(self, spec: SessionSpec, prefix: str, door: str | None) -> Container:
        """Return a container that is to be a session. Raises SandboxBrokenError, OSError."""
        tasks = None if self._house.counts_processes else container_tools.host_tasks(spec.limits.processes)
        limits = replace(spec.limits.for_control_group(), disk_bytes=spec.limits.disk_bytes)
        return await self._start(self._blueprint(limits, prefix), Stay(door=door, tasks=tasks))

    async def _start(self, blueprint: Blueprint, stay: Stay | None = None) -> Container:
        block = self._identities.blocks.take()
        try:
            standing = await self._make(blueprint, block, stay)
        except BaseException:
            self._identities.blocks.give_back(block)
            raise
        try:
            await standing.stand()
            if self._house.bounds_shares and standing.group.is_direct:
                await shares.bound(await self._engine.process(standing.identity))
        except BaseException as error:
            self._discard(standing)
            if isinstance(error, SandboxBrokenError | http.EngineRefusedError) and self._about.is_remapped:
                sources = (source for source, _ in blueprint.binds)
                if mending := reach.mending(sources, every_step=self._house.own_kernel):
                    raise SandboxBrokenError(f"{error}; {reach.CLOSED}; {mending}") from error
            raise
        return standing

    async def _make(self, blueprint: Blueprint, block: int, stay: Stay | None) -> Container:
        """Return a container that was not started yet."""
        await self._fates.follow()
        user = self._identities.of_program(block) if stay is None else self._identities.of_sessions_root(block)
        asked = configuration(blueprint, self._house, user, stay)
        identity = await self._create(blueprint.image, asked)
        fate = self._fates.expect(identity)
        try:
            streams = await self._engine.attach(identity)
        except BaseException:
            await self._engine.remove(identity)
            raise
        usage = Usage(self._engine, identity, fate, blueprint.memory_bytes)
        return Container(self._engine, identity, self._fates, usage, streams, block=block)

    async def _create(self, image: str, asked: dict[str, Any]) -> str:
        """Make the container, and its image where the engine has not got it or has it no more."""
        name = f"crucible-{os.getpid()}-{id(self):x}-{next(self._names)}"
        try:
            return await self._engine.create(name, asked)
        except http.EngineRefusedError as error:
            if error.status != _NOT_FOUND:
                raise
        async with self._importing:
            if not await self._engine.has_image(image):
                made = self._roots[image]
                await self._engine.import_image(root.REPOSITORY, made.tag, _chunks(made.archive))
        return await self._engine.create(name, asked)

    def _discard(self, standing: Container) -> None:
        removal = asyncio.create_task(self._remove(standing))
        self._removals.add(removal)
        removal.add_done_callback(self._removals.discard)

    async def _begin_to_remove(self, standing: Container) -> None:
        """Return while the engine is at it, which may take a minute where gVisor had many processes."""
        self._discard(standing)

    async def _remove(self, standing: Container) -> None:
        try:
            await standing.remove()
        except OSError as error:  # the engine is gone; the next start sweeps what it brings back
            _log.warning("container_not_removed", container=standing.identity, reason=str(error))
        else:
            self._identities.blocks.give_back(standing.block)

    async def _sweep(self) -> None:
        """Remove the containers of executors that are no more."""
        for identity, labels in (await self._engine.containers(LABEL)).items():
            if owner.is_gone(labels.get(EXECUTOR_LABEL, "")):
                await self._engine.remove(identity)

    async def _try_out(self) -> None:
        """Have one container stand, and learn from it what it is made of. Raises SandboxBrokenError, OSError."""
        self._contain({})
        standing = await self._stand(self._kind(Limits(), sys.base_prefix))
        self._house = replace(
            self._house,
            own_memory_bytes=standing.group.read().memory_bytes,
            bounds_shares=self._house.bounds_shares and standing.group.is_direct,
        )
        self._contain(standing.said)
        self._no_sessions = await self._why_no_sessions(standing)
        self._discard(standing)

    async def _why_no_sessions(self, standing: Container) -> str | None:
        """Return why this engine has none here, or None. `standing`: any of its containers."""
        if os.geteuid() != 0 or not standing.group.is_direct:
            return (
                "what a session uses is told by the container's control group, which is the engine's, "
                "as are the processes in it; run the executor as root, on the engine's machine"
            )
        if not self._house.own_kernel:
            return None
        try:
            runtime = replace(container_tools.GVISOR, program=self._about.runtimes[_GVISOR_RUNTIME])
            return (await container_tools.find(runtime)).too_old_for_sessions
        except SandboxUnavailableError as error:
            return error.detail


async def _chunks(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), _CHUNK_BYTES):
        yield content[start : start + _CHUNK_BYTES]


def _runtime(name: str, about: engine.About) -> str:
    if name == "docker":
        return _SHARED_RUNTIME if _SHARED_RUNTIME in about.runtimes else ""
    if _GVISOR_RUNTIME not in about.runtimes:
        raise ValueError(
            "the engine has no runtime runsc; install gVisor, then: "
            "sudo runsc install && sudo systemctl reload docker"
        )
    return _GVISOR_RUNTIME


def _refuse_what_lacks_limits(about: engine.About) -> None:
    lacking = [limit for limit in about.missing if limit != "swap" or _has_swap()]
    if lacking:
        raise ValueError(
            f"the engine's containers can't be limited in {', '.join(lacking)}: {_what_gives_limits(about)}"
        )


def _what_gives_limits(about: engine.About) -> str:
    """Return why an engine lacks limits, and what mends it."""
    if not about.is_rootless:
        return "its kernel doesn't; boot it with cgroup_enable=memory swapaccount=1, or use cgroup v2"
    if about.cgroup_version == 1:
        return "a rootless engine has no control groups of v1; boot with systemd.unified_cgroup_hierarchy=1"
    if about.cgroup_driver == "none":
        return (
            "a rootless engine gets control groups from its user's systemd, which did not start it; "
            "dockerd-rootless-setuptool.sh install && systemctl --user restart docker"
        )
    return (
        "the system's systemd delegates no such controller to its user's; "
        r"printf '[Service]\nDelegate=cpu cpuset io memory pids\n' | sudo install -D -m 644 /dev/stdin "
        "/etc/systemd/system/user@.service.d/delegate.conf && sudo systemctl daemon-reload, then log in again"
    )


def _has_swap() -> bool:
    with open("/proc/swaps") as file:
        return len(file.readlines()) > 1


def _explain(error: Exception) -> str:
    text = str(error)
    if isinstance(error, http.EngineUnreachableError):
        if error.errno == errno.EACCES:
            return f"{text}; sudo usermod --append --groups docker $USER, then log in again: that group is root"
        return f"no container engine answers: {text}; sudo systemctl start docker"
    return text
