"""The `oci` driver as the executor sees it: one engine for each tool that makes containers."""

import asyncio
import contextlib
import os
import platform
from functools import partial
from typing import Self

from crucible.domain.errors import SandboxUnavailableError, SessionsUnsupportedError
from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import (
    Containment,
    DriverReport,
    Promise,
    SandboxFinished,
    SandboxSpec,
    SandboxStarted,
)
from crucible.domain.session import SessionSpec
from crucible.sandbox import (
    cgroup,
    container_tools,
    counted,
    devices,
    ids,
    ordinary,
    plan,
    rlimits,
    seccomp,
    tracing,
)
from crucible.sandbox.container_tools import Found, Tool
from crucible.sandbox.driver import Emit, Session
from crucible.sandbox.images import LOCKS_SEEN
from crucible.sandbox.launching import Launcher
from crucible.sandbox.oci import bundle
from crucible.sandbox.oci.container import Container, Pipes
from crucible.sandbox.oci.kind import OWN, Kind, command_of, kind_of, tree_of
from crucible.sandbox.oci.place import BUNDLE, LOG, PROCESS_1, STATE, Place, write_place
from crucible.sandbox.oci.sessions import ROOT, Identities, OciSessions, identities_of_root, identities_of_user
from crucible.sandbox.process_1 import Manner
from crucible.sandbox.runtimes.runtime import Runtime
from crucible.sandbox.slots import Slot, Slots
from crucible.sandbox.standing import SandboxBrokenError
from crucible.sandbox.supervision import Supervision
from crucible.sandbox.tree import masked_for_runc
from crucible.sandbox.warm import WarmPool
from crucible.sandbox.work import work_of

LAUNCHER = ("-m", "crucible.sandbox.oci.launcher")
"""What the launcher's interpreter runs; its socket's descriptor follows."""
MOST_SPARES = 4
_PAUSE_SECONDS = 0.05
"""How long a program has the processors to itself before another container is made, which takes all of them."""
BUILDING_SECONDS = 120.0
"""An emulated processor has needed more than 30."""


class OciDriver:
    """Containers made by one tool. Make it with `open`."""

    def __init__(
        self,
        found: Found,
        cgroups: cgroup.Cgroups,
        blocks: tuple[ids.Blocks, ids.Blocks],
        launcher: Launcher,
        spares: int,
    ) -> None:
        """`blocks`: of ids for containers of one program, and for those of sessions."""
        self.engine = found.tool.engine
        self._found = found
        self._tool = found.tool
        self._cgroups = cgroups
        self._launcher = launcher
        self._slots = Slots(cgroups, ours=1)
        self._blocks, self._blocks_of_sessions = blocks
        self._span = ids.OF_ROOT[self.engine]
        self._ranges = ordinary.ranges()
        self._platform = found.tool.platforms[0]
        self._pool: WarmPool[Kind, Container] = WarmPool(
            self._stand,
            self._discard,
            most=spares,
            make_ahead=partial(self._stand, awaited=False),
            pause=_PAUSE_SECONDS,
        )
        self._containment = self._describe(landlock_abi=0)
        self._sessions: OciSessions | None = None
        self._no_sessions = found.too_old_for_sessions if self._tool.own_kernel else None
        """Why there are none, where there are none."""

    @classmethod
    async def open(cls, tool: Tool, *, spares: int = MOST_SPARES) -> Self:
        """Return a driver that made a container already. Raises SandboxUnavailableError, saying what mends it."""
        if os.geteuid() != 0 and ordinary.ranges() is None:
            raise SandboxUnavailableError(
                "a container needs ids that are nobody's, and this user has no range of them; "
                "sudo apt-get install uidmap && sudo usermod --add-subuids 1000000-1065535 "
                "--add-subgids 1000000-1065535 $USER"
            )
        found = await container_tools.find(tool)
        try:
            cgroups = cgroup.find(also=("devices",) if tool.told_group else ())
        except (cgroup.CgroupsUnavailableError, OSError) as error:
            raise SandboxUnavailableError(
                f"limits can't be enforced: {error}. `crucible doctor` says what works here, and what mends it"
            ) from error
        with contextlib.ExitStack() as begun:
            begun.callback(cgroups.close)
            of_root = ids.OF_ROOT[tool.engine]
            blocks = begun.enter_context(contextlib.closing(ids.Blocks(ordinary.span(of_root))))
            of_sessions = begun.enter_context(contextlib.closing(ids.Blocks(ordinary.span_of_sessions(of_root))))
            driver = cls(found, cgroups, (blocks, of_sessions), await Launcher.start(LAUNCHER), spares)
            begun.pop_all()
        try:
            await driver._try_out()
        except SandboxUnavailableError:
            await driver.close()
            raise
        return driver

    async def _try_out(self) -> None:
        """Find out what works by doing it: the first platform with which a container stands. See `open`."""
        reasons: list[str] = []
        for candidate in self._tool.platforms:
            self._platform = candidate
            try:
                container = await self._stand(OWN)
            except (SandboxBrokenError, OSError) as error:
                reasons.append(f"{candidate}: {error}" if candidate else str(error))
                continue
            self._containment = self._describe(landlock_abi=container.about["landlock"])
            self._discard(container)
            return
        raise SandboxUnavailableError(
            f"{self._found.path} {self._found.version} makes no container here ({'; '.join(reasons)}); "
            f"{self._tool.remedy}"
        )

    def report(self) -> DriverReport:
        """Return what is enforced here."""
        return DriverReport(
            engine=self.engine,
            driver="oci",
            available=True,
            isolation=self._tool.isolation,
            enforces=self._containment.enforces,
            missing=({"sessions": self._no_sessions} if self._no_sessions else {})
            | ({} if self._tool.own_kernel else rlimits.missing() | devices.missing()),
            unpromised=_of_its_own_kernel() if self._tool.own_kernel else _OF_THE_HOSTS_KERNEL,
            sessions=self._no_sessions is None,
        )

    def _describe(self, landlock_abi: int) -> Containment:
        version = self._cgroups.version
        ours = self._tool.own_kernel
        recording = seccomp.recording(own_kernel=ours)
        how = f"{self._found.tool.program} {self._found.version}" + (f", {self._platform}" if ours else "")
        return Containment(
            engine=self.engine,
            driver="oci",
            isolation=self._tool.isolation,
            kernel=f"gVisor {self._found.version}" if ours else f"Linux {platform.release()}",
            namespaces=bundle.NAMESPACES,
            seccomp=seccomp.digest(seccomp.build_wall(own_kernel=ours).program),
            landlock_abi=landlock_abi,
            cgroup_version=version,
            enforces={
                "wall_seconds": "the executor's clock",
                "cpu_seconds": f"cgroup v{version} {'cpuacct' if version == 1 else 'cpu'}, sampled",
                "cpus": f"cgroup v{version} cpu",
                "memory_bytes": f"cgroup v{version} memory, no swap",
                "processes": "RLIMIT_NPROC in gVisor's kernel" if ours else f"cgroup v{version} pids",
                "disk_bytes": "tmpfs size and inodes, "
                + ("with /dev/shm by process 1, " if ours else "")
                + "RLIMIT_FSIZE",
                "output_bytes": "the executor's reader",
                "open_files": "RLIMIT_NOFILE",
                "files": f"pivot_root, Landlock ABI {landlock_abi}" if landlock_abi else "pivot_root",
                "network": "an empty network namespace, seccomp",
                "identity": "a user namespace without host root"
                + (", uids of its own" if self._identity(0).ranged else ""),
                "system calls": "seccomp allow-list" + (", answered by gVisor" if ours else ""),
                **({"attempts": recording} if recording else {}),
                "container": how,
            },
        )

    async def run(
        self, spec: SandboxSpec, runtime: Runtime, emit: Emit, cancelled: asyncio.Event
    ) -> SandboxFinished:
        """See `Driver.run`."""
        kind = kind_of(spec, runtime)
        try:
            container = await self._pool.take(kind)
        except (SandboxBrokenError, OSError) as error:
            return SandboxFinished(outcome=Outcome.SANDBOX_ERROR, error=f"no sandbox could be made: {error}")
        try:
            self._limit(container, spec)
            work, contents = self._work(spec, runtime, kind)
            stdout, stderr = await container.hand_over(work, contents, spec.stdin)
            waited = container.about["python"] if kind.warm else None
            started = SandboxStarted(containment=self._containment, runtime_version=runtime.release(waited))
            supervision = Supervision(container, started, spec.limits, emit)
            return await supervision.watch(stdout, stderr, cancelled)
        except (SandboxBrokenError, OSError) as error:
            return SandboxFinished(outcome=Outcome.SANDBOX_ERROR, error=str(error))
        finally:
            self._discard(container)
            self._pool.used(kind)

    def _limit(self, container: Container, spec: SandboxSpec) -> None:
        tasks = container_tools.host_tasks(spec.limits.processes) if self._tool.own_kernel else None
        container.group.limit(spec.limits, tasks=tasks, standing=True)

    def _work(self, spec: SandboxSpec, runtime: Runtime, kind: Kind) -> tuple[plan.Work, list[bytes]]:
        work, contents = work_of(spec, runtime, in_place=kind.warm)
        processes = spec.limits.processes - 1 if self._tool.own_kernel else None
        return work.changed(processes=processes), contents

    async def give_back(self) -> None:
        """See `Driver.give_back`."""
        await self._pool.give_back()
        await self._slots.settled()

    async def open_session(self, spec: SessionSpec, prefix: str) -> Session:
        """See `SessionDriver.open_session`."""
        if self._no_sessions is not None:
            raise SessionsUnsupportedError(f"the engine {self.engine} has none: {self._no_sessions}")
        if self._sessions is None:
            self._sessions = OciSessions(
                lambda prefix: self._stand(Kind(prefix, OWN.command, session=True)),
                self._release,
                self._identities_of_session,
                self._containment,
                own_kernel=self._tool.own_kernel,
            )
        return await self._sessions.open(spec, prefix)

    async def _stand(self, kind: Kind, *, awaited: bool = True) -> Container:
        """Return a container of this kind. Raises SandboxBrokenError, OSError.

        `awaited`: whether somebody waits for it, so that it should stand soon, rather than then be quick.
        """
        slot = self._slots.take(self._blocks_of_sessions if kind.session else self._blocks)
        pipes = Pipes(whole_messages=kind.session)
        container: Container | None = None
        try:
            memory = write_place(self._place(kind, slot, awaited=awaited))
            try:
                await self._launcher.launch([memory, *pipes.inside])
            finally:
                os.close(memory)
                pipes.close_inside()
            container = Container(pipes, slot)
            await container.stand(BUILDING_SECONDS)
        except BaseException:
            if container is None:
                pipes.close()
                self._slots.give_back(slot)
            else:
                self._discard(container)
            raise
        return container

    def _place(self, kind: Kind, slot: Slot, *, awaited: bool) -> Place:
        number = slot.number
        identity = self._identities_of_session(number).outside if kind.session else self._identity(number)
        whole = tree_of(kind, own_kernel=self._tool.own_kernel)
        told = self._tool.told_group
        return Place(
            command=_making(self._found, self._platform, f"crucible-{os.getpid()}-{slot.number}"),
            config=bundle.configuration(
                command_of(kind, self._manner(kind, awaited=awaited).encode()),
                identity,
                masked_for_runc() if self._tool is container_tools.RUNC else whole.masked,
                own_kernel=self._tool.own_kernel,
                group=slot.group.for_runtimes if told else None,
            ),
            tree=whole,
            owner=_outside(identity, ROOT if kind.session else plan.PROGRAM_UID),
            anterooms=list(slot.group.anterooms) if told else [],
            entrances=[] if told else slot.group.entrances,
            own_kernel=self._tool.own_kernel,
            hidden=cgroup.mounted_besides("devices") if self._cgroups.version == 1 else [],
        )

    def _manner(self, kind: Kind, *, awaited: bool) -> Manner:
        own_kernel = self._tool.own_kernel
        return Manner(
            warm=kind.warm, preload=kind.preload, own_kernel=own_kernel, rehearses=own_kernel and not awaited
        )

    def _identity(self, slot: int) -> plan.Identity:
        if os.geteuid() != 0:
            assert self._ranges is not None  # noqa: S101 - `open` refuses without
            return self._ranges.identity(slot)
        return plan.Identity(ranged=True, map=[(0, self._span.start(slot), self._span.each)], init=0)

    def _identities_of_session(self, slot: int) -> Identities:
        if os.geteuid() != 0:
            assert self._ranges is not None  # noqa: S101 - `open` refuses without
            return identities_of_user(self._ranges, slot)
        return identities_of_root(self._span.start(slot), self._span.each)

    def _discard(self, container: Container) -> None:
        self._slots.give_back(container.slot, container.gone())

    async def _release(self, container: Container) -> None:
        """Discard it, and return when nothing of it is left."""
        await asyncio.shield(self._slots.give_back(container.slot, container.gone()))

    async def close(self) -> None:
        """End the launcher, and through it every container; remove every group."""
        if self._sessions is not None:
            await self._sessions.close()
        await self._pool.give_back()
        await self._launcher.close()
        await self._slots.settled()
        self._cgroups.close()
        self._blocks.close()
        self._blocks_of_sessions.close()


def _making(found: Found, platform: str, name: str) -> list[str]:
    """Return what makes a container from the keeper's bundle and ends when its process 1 runs.

    `name` must be nobody else's on this host: runsc of 2022 has a socket of that name.
    """
    flags = [*found.tool.flags, f"--platform={platform}"] if platform else [*found.tool.flags]
    noted = [] if found.tool.own_kernel else ["--pid-file", PROCESS_1]
    run = ["run", "--detach", *noted, "--bundle", BUNDLE, name]
    return [found.path, "--root", STATE, "--log", LOG, *flags, *run]


def _outside(identity: plan.Identity, inside: int) -> int:
    """Return which id of the host one of a container stands for."""
    return next(
        outside + inside - first for first, outside, count in identity.map if first <= inside < first + count
    )


_OF_THE_HOSTS_KERNEL = {
    Promise.LOCKS_APART: LOCKS_SEEN,
    Promise.COUNTED_APART: "one user makes all containers' namespaces and pays for them together; "
    f"each has at most {counted.BOUNDS['max_inotify_instances']} inotify instances",
}
_OF_ITS_OWN_KERNEL = {
    Promise.FILES_AFTER_MEMORY: "gVisor's kernel shares the program's memory limit and is killed with it",
    Promise.FIRST_VICTIM: "the host sees one process, which is both the program and its kernel",
    Promise.ONLY_ITS_OWN_PROCESSES: "gVisor's /proc knows no hidepid, so process 1 is listed",
    Promise.PROCESS_1_HIDDEN: "gVisor's /proc shows its environment and memory map; no secret is there",
    Promise.PRIORITY_FIXED: "gVisor's kernel grants it, and the host is not told",
}


def _of_its_own_kernel() -> dict[Promise, str]:
    if seccomp.recording(own_kernel=True):
        return _OF_ITS_OWN_KERNEL
    return _OF_ITS_OWN_KERNEL | {Promise.ATTEMPTS_RECORDED: tracing.UNKNOWN_HERE}
