"""The `namespaces` driver as the executor sees it: makes each sandbox's cgroup, plan and pipes, and cleans up."""

import asyncio
import contextlib
import os
import platform
import socket
import sys
from collections.abc import Coroutine, Iterator
from typing import Self

from crucible.domain.errors import SandboxUnavailableError
from crucible.domain.limits import Limits
from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import (
    Containment,
    DriverReport,
    Isolation,
    Promise,
    SandboxFinished,
    SandboxSpec,
    SandboxStarted,
)
from crucible.domain.session import SessionSpec
from crucible.sandbox import (
    capabilities,
    cgroup,
    counted,
    devices,
    ids,
    landlock,
    ordinary,
    plan,
    rlimits,
    seccomp,
)
from crucible.sandbox.driver import Emit, Session
from crucible.sandbox.images import LOCKS_SEEN
from crucible.sandbox.namespaces import brief
from crucible.sandbox.namespaces.sessions.driver import NamespacesSessions
from crucible.sandbox.namespaces.zygotes import Kind, Zygote, ZygoteFailedError, Zygotes
from crucible.sandbox.readable import readable
from crucible.sandbox.runtimes.runtime import Runtime
from crucible.sandbox.slots import Slot, Slots
from crucible.sandbox.standing import SandboxBrokenError, Standing
from crucible.sandbox.supervision import Supervision
from crucible.sandbox.tree import ENVIRONMENT, tree
from crucible.sandbox.warm import WarmPool
from crucible.sandbox.work import entrypoint_of, inodes, may_wait, work_of

MOST_SPARES = 64
"""Of a kind. How many there are follows from how many are in use at once: see `warm`."""
_SPAN = ids.OF_ROOT["namespaces"]
_PAUSE_SECONDS = 0.01
"""What most programs need less than: see `WarmPool`."""
_USUAL = Limits()
"""The limits that a sandbox stands with; others are set when the program comes."""
_ONE_PAYS = (
    "an ordinary user pays for all its sandboxes together: message queues, locked memory, pipes, descriptors that "
    "are under way, what epoll watches, and inotify instances, of which each has at most "
    f"{counted.BOUNDS['max_inotify_instances']}"
)
_CLEARING_SECONDS = 0.005
"""For so long a sandbox is left to its end, and the processors to whoever waited for its result."""


class NamespacesDriver:
    """Isolation by the running kernel's own means. Make one with `open`."""

    engine = "namespaces"

    def __init__(self, cgroups: cgroup.Cgroups, spares: int) -> None:
        self._blocks = ids.Blocks(ordinary.span(_SPAN))
        self._cgroups = cgroups
        self._wall = seccomp.build_wall()
        self._landlock = landlock.abi()
        self._last_capability = capabilities.last_capability()
        self._ranges = ordinary.ranges()
        self._slots = Slots(cgroups, ours=1, again=True)
        self._lots: dict[int, tuple[int, int]] = {}
        """Namespaces that the sandbox of a slot had, and another may have: see `lot`."""
        self._zygotes = Zygotes(self._setup)
        self._parents: dict[Standing, Zygote] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._containment = self._describe()
        self._sessions: NamespacesSessions | None = None
        self._opening_sessions = asyncio.Lock()
        self._pool = WarmPool(
            self._stand, self._discard, most=spares, rest=self._rest, pause=_PAUSE_SECONDS, ahead=1
        )

    @classmethod
    async def open(cls, *, spares: int = MOST_SPARES) -> Self:
        """Return a driver that is ready to run and keeps at most so many spare sandboxes of a kind.

        Raises SandboxUnavailableError, saying what mends it.
        """
        try:
            cgroups = cgroup.find()
        except (cgroup.CgroupsUnavailableError, OSError) as error:
            raise SandboxUnavailableError(
                f"limits can't be enforced: {error}. `crucible doctor` says what works here, and what mends it"
            ) from error
        try:
            driver = cls(cgroups, spares)
        except SandboxUnavailableError:
            cgroups.close()
            raise
        if os.geteuid() != 0:
            rlimits.take_descriptors()
            try:  # its ids may not be mapped, which is better known now than with each program
                await driver._zygotes.prove(driver._by_exec(sys.prefix, compartment=""))
            except BaseException as error:
                await driver.close()
                if isinstance(error, ZygoteFailedError | OSError):
                    raise SandboxUnavailableError(f"no sandbox can be made: {error}") from error
                raise
        return driver

    def report(self) -> DriverReport:
        """Return what is enforced here."""
        missing = {} if self._landlock else {"landlock": "this kernel has none; boot with lsm=landlock,..."}
        return DriverReport(
            engine=self.engine,
            driver="namespaces",
            available=True,
            isolation=self._containment.isolation,
            enforces=self._containment.enforces,
            missing=missing | rlimits.missing() | devices.missing(),
            unpromised={Promise.LOCKS_APART: LOCKS_SEEN}
            | ({} if os.geteuid() == 0 else {Promise.COUNTED_APART: _ONE_PAYS}),
            sessions=True,
        )

    def _describe(self) -> Containment:
        version = self._cgroups.version
        return Containment(
            engine=self.engine,
            driver="namespaces",
            isolation=Isolation.SHARED_KERNEL,
            kernel=f"Linux {platform.release()}",
            namespaces=("user", "mount", "pid", "network", "ipc", "uts", "cgroup"),
            seccomp=seccomp.digest(self._wall.program),
            landlock_abi=self._landlock,
            cgroup_version=version,
            enforces={
                "wall_seconds": "the executor's clock",
                "cpu_seconds": f"cgroup v{version} {'cpuacct' if version == 1 else 'cpu'}, sampled",
                "cpus": f"cgroup v{version} cpu",
                "memory_bytes": f"cgroup v{version} memory, no swap",
                "processes": f"cgroup v{version} pids",
                "disk_bytes": "tmpfs size and inodes, RLIMIT_FSIZE",
                "output_bytes": "the executor's reader",
                "open_files": "RLIMIT_NOFILE",
                "files": f"pivot_root, Landlock ABI {self._landlock}" if self._landlock else "pivot_root",
                "network": "an empty network namespace, seccomp",
                "identity": "a user namespace without host root"
                + (", uids of its own" if self._identity(0).ranged else ""),
                "system calls": "seccomp allow-list",
                "attempts": "seccomp user notification, answered by process 1",
            },
        )

    async def run(
        self, spec: SandboxSpec, runtime: Runtime, emit: Emit, cancelled: asyncio.Event
    ) -> SandboxFinished:
        """See `Driver.run`."""
        kind = self._kind(spec, runtime)
        try:
            standing = await self._pool.take(kind)
        except (SandboxBrokenError, OSError) as error:
            return SandboxFinished(outcome=Outcome.SANDBOX_ERROR, error=f"no sandbox could be made: {error}")
        try:
            standing.group.limit(spec.limits)
            work = work_of(spec, runtime, in_place=kind.warm)
            stdout, stderr = _give(standing, work, spec.stdin)
            waited = self._parents[standing].version if kind.warm else None
            started = SandboxStarted(containment=self._containment, runtime_version=runtime.release(waited))
            return await Supervision(standing, started, spec.limits, emit).watch(stdout, stderr, cancelled)
        except OSError as error:
            return SandboxFinished(outcome=Outcome.SANDBOX_ERROR, error=str(error))
        finally:
            self._later(self._clear_up(standing, kind))

    async def open_session(self, spec: SessionSpec, prefix: str) -> Session:
        """See `SessionDriver.open_session`."""
        async with self._opening_sessions:
            if self._sessions is None:
                self._sessions = await NamespacesSessions.open()
        return await self._sessions.open_session(spec, prefix)

    async def give_back(self) -> None:
        """End the sandboxes that are kept ready, and return when nothing of those or of any other is left.

        Sessions stay, and zygotes.
        """
        await self._pool.give_back()
        while self._tasks:
            await asyncio.gather(*self._tasks)
        await self._slots.settled()
        if self._sessions is not None and self._sessions.is_empty:
            sessions, self._sessions = self._sessions, None
            await sessions.close()

    def zygotes(self) -> set[int]:
        """Return the processes that sandboxes are forked from."""
        return self._zygotes.processes()

    def _kind(self, spec: SandboxSpec, runtime: Runtime) -> Kind:
        """Return what a program is forked from: its own interpreter, where that may have waited."""
        if not may_wait(spec, runtime):
            return self._by_exec(runtime.prefix, spec.compartment)
        entrypoint = entrypoint_of(spec, runtime)
        text = spec.code or spec.files.get(entrypoint, b"").decode(errors="replace")
        named = [name for name in runtime.preload_where_named if name in text]
        return Kind(
            command=tuple(runtime.command(runtime.warm, entrypoint)),
            prefix=runtime.prefix,
            preload=(*runtime.preload, *named),
            compartment=spec.compartment,
            warm=True,
            file=runtime.file,
        )

    @staticmethod
    def _by_exec(prefix: str, compartment: str) -> Kind:
        command = (sys.executable, "-I", "-S", "-B")
        return Kind(command=command, prefix=prefix, preload=(), compartment=compartment, warm=False)

    def _setup(self, kind: Kind) -> plan.Setup:
        return plan.Setup(
            tree=tree(kind.prefix),
            landlock=self._landlock,
            last_capability=self._last_capability,
            wall=self._wall.described(),
            environment=ENVIRONMENT,
            preload=list(kind.preload),
            warm=kind.warm,
            ranged=self._identity(0).ranged,
            birthplaces=self._cgroups.birthplaces,
            groups=self._cgroups.hierarchies,
            disk_bytes=_USUAL.disk_bytes,
            inodes=inodes(_USUAL),
        )

    async def _stand(self, kind: Kind) -> Standing:
        """Return a sandbox of a kind. Raises SandboxBrokenError, OSError."""
        slot = self._slots.take(self._blocks)
        try:
            slot.group.limit(_USUAL)
            standing = await self._fork(kind, slot)
        except BaseException:
            self._slots.give_back(slot)
            raise
        try:
            await standing.stand()
        except BaseException:
            self._discard(standing)
            raise
        return standing

    async def _fork(self, kind: Kind, slot: Slot) -> Standing:
        """Return the hold on a sandbox that is being built."""
        birthplaces = [slot.group.birthplace] if self._cgroups.birthplaces else []
        here, there = socket.socketpair()
        try:
            with (
                there,
                _closing(
                    *(os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC) for path in birthplaces),
                    *(os.open(path, os.O_WRONLY | os.O_CLOEXEC) for path in slot.group.entrances),
                ) as groups,
            ):
                given = [there.fileno(), *groups, *self._lots.get(slot.number, ())]
                zygote, (process, *lot) = await self._zygotes.fork(kind, self._identity(slot.number), given)
        except BaseException:
            here.close()
            raise
        if lot and os.geteuid() == 0:
            self._lots[slot.number] = (lot[0], lot[1])
        else:  # an ordinary user's belong to the zygote's own namespace, and end with the sandbox
            for descriptor in lot:
                os.close(descriptor)
        standing = Standing(here, slot, process)
        self._parents[standing] = zygote
        return standing

    def _identity(self, block: int) -> plan.Identity:
        if os.geteuid() != 0:
            return self._ranges.identity(block) if self._ranges else ordinary.ALONE
        return plan.Identity(ranged=True, map=[(0, _SPAN.start(block), _SPAN.each)], init=0)

    async def _clear_up(self, standing: Standing, kind: Kind) -> None:
        """See to what a program left and to its successor's sandbox, once who waits for its result has it."""
        await asyncio.sleep(_CLEARING_SECONDS)
        self._discard(standing)
        self._pool.used(kind)

    def _discard(self, standing: Standing) -> None:
        standing.let_go()
        zygote = self._parents.pop(standing)
        if zygote.forget():
            self._later(zygote.close())
        self._slots.give_back(standing.slot)

    def _rest(self, kind: Kind) -> None:
        self._later(self._zygotes.close(kind))

    def _later(self, step: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(step)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """End every sandbox and zygote; remove every group."""
        if self._sessions is not None:
            await self._sessions.close()
        await self._pool.give_back()
        await self._zygotes.close()
        await self.give_back()
        for lot in self._lots.values():
            for descriptor in lot:
                os.close(descriptor)
        self._lots.clear()
        self._cgroups.close()
        self._blocks.close()


def _give(standing: Standing, work: tuple[plan.Work, list[bytes]], stdin: bytes) -> tuple[int, int]:
    """Hand the program over; return what to read its output and errors from."""
    stdout, stdout_inside = os.pipe2(os.O_CLOEXEC)
    stderr, stderr_inside = os.pipe2(os.O_CLOEXEC)
    with _closing(
        brief.write_work(*work, (_USUAL.disk_bytes, inodes(_USUAL))), readable(stdin), stdout_inside, stderr_inside
    ) as given:
        try:
            standing.give(given[0], (given[1], given[2], given[3]))
        except OSError:
            os.close(stdout)
            os.close(stderr)
            raise
    return stdout, stderr


@contextlib.contextmanager
def _closing(*descriptors: int) -> Iterator[tuple[int, ...]]:
    """Close descriptors of ours once the other side has its own."""
    try:
        yield descriptors
    finally:
        for descriptor in descriptors:
            os.close(descriptor)
