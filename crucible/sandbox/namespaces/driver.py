"""The `namespaces` driver as the executor sees it: makes each sandbox's cgroup, plan and pipes, and cleans up."""

import asyncio
import contextlib
import fcntl
import heapq
import itertools
import os
import platform
import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import Self

from crucible.domain.errors import SandboxUnavailableError
from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import (
    MAXIMUM_COLLECTED_BYTES,
    MAXIMUM_COLLECTED_DEPTH,
    MAXIMUM_COLLECTED_FILES,
    Containment,
    DriverReport,
    Isolation,
    SandboxFinished,
    SandboxSpec,
)
from crucible.domain.session import SessionSpec
from crucible.sandbox import capabilities, cgroup, landlock, plan, seccomp
from crucible.sandbox.driver import Emit, Session
from crucible.sandbox.namespaces import launcher, ordinary
from crucible.sandbox.namespaces.sessions.driver import NamespacesSessions
from crucible.sandbox.runtimes import Runtime
from crucible.sandbox.standing import SandboxBrokenError, Standing
from crucible.sandbox.supervision import Supervision
from crucible.sandbox.tree import ENVIRONMENT, tree
from crucible.sandbox.warm import WarmPool

LAUNCHER = ("-m", "crucible.sandbox.namespaces.launcher")
"""What the launcher's interpreter runs; its socket's descriptor follows."""
MOST_SPARES = 8
_FIRST_UID = 1_879_048_192
"""Above every range that distributions and container engines hand out, below 2**31."""
_UIDS_EACH = 65_536
_BYTES_PER_INODE = 8192
_FEWEST_INODES = 1024
_NEVER_CHANGED = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE
"""A program can open the file behind its input anew, for writing, whatever rights its own descriptor has."""
_REMOVAL_PAUSES = (0.0, 0.002, 0.01, 0.05, 0.2, 0.5, 1.0, 2.0)


class NamespacesDriver:
    """Isolation by the running kernel's own means. Make one with `open`."""

    engine = "namespaces"

    def __init__(self, cgroups: cgroup.Cgroups, launcher: "_Launcher", spares: int) -> None:
        self._cgroups = cgroups
        self._launcher = launcher
        self._landlock = landlock.abi()
        self._last_capability = capabilities.last_capability()
        self._ranges = ordinary.ranges()
        self._names = itertools.count(1)
        self._free_slots: list[int] = []
        self._next_slot = itertools.count()
        self._removals: set[asyncio.Task[None]] = set()
        self._containment = self._describe()
        self._sessions: NamespacesSessions | None = None
        self._opening_sessions = asyncio.Lock()
        self._pool = WarmPool(self._stand, self._discard, most=spares)

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
        return cls(cgroups, await _Launcher.start(), spares)

    def report(self) -> DriverReport:
        """Return what is enforced here."""
        return DriverReport(
            engine=self.engine,
            driver="namespaces",
            available=True,
            isolation=self._containment.isolation,
            enforces=self._containment.enforces,
            missing={} if self._landlock else {"landlock": "this kernel has none; boot with lsm=landlock,..."},
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
            seccomp=seccomp.digest(seccomp.compile_filter(part=seccomp.Part.ASKS)),
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
        try:
            standing = await self._pool.take(runtime.prefix)
        except (SandboxBrokenError, OSError) as error:
            return SandboxFinished(outcome=Outcome.SANDBOX_ERROR, error=f"no sandbox could be made: {error}")
        try:
            standing.group.limit(spec.limits)
            stdout, stderr = _give(standing, spec, runtime)
            return await Supervision(standing, self._containment, spec.limits, emit).watch(
                stdout, stderr, cancelled
            )
        except OSError as error:
            return SandboxFinished(outcome=Outcome.SANDBOX_ERROR, error=str(error))
        finally:
            self._discard(standing)
            self._pool.used(runtime.prefix)

    async def open_session(self, spec: SessionSpec) -> Session:
        """See `SessionDriver.open_session`."""
        async with self._opening_sessions:
            if self._sessions is None:
                self._sessions = await NamespacesSessions.open()
        return await self._sessions.open_session(spec)

    async def give_back(self) -> None:
        """End the sandboxes that are kept ready, and return when nothing of those or of any other is left.

        Sessions stay.
        """
        await self._pool.give_back()
        await asyncio.gather(*self._removals)
        if self._sessions is not None and self._sessions.is_empty:
            sessions, self._sessions = self._sessions, None
            await sessions.close()

    async def _stand(self, prefix: str) -> Standing:
        """Return a sandbox for runtimes below `prefix`. Raises SandboxBrokenError, OSError."""
        slot = heapq.heappop(self._free_slots) if self._free_slots else next(self._next_slot)
        try:
            group = self._cgroups.create(str(next(self._names)))
        except OSError:
            heapq.heappush(self._free_slots, slot)
            raise
        here, there = socket.socketpair()
        standing: Standing | None = None
        try:
            place = plan.Place(
                identity=self._identity(slot),
                tree=tree(prefix),
                cgroups=group.entrances,
                landlock=self._landlock,
                last_capability=self._last_capability,
            )
            with there, _closing(plan.write_place(place)) as (memory,):
                await self._launcher.launch([memory, there.fileno()])
            channel, answers = await asyncio.open_connection(sock=here.dup())
            standing = Standing(here, channel, answers, group, slot)
            await standing.build()
        except BaseException:
            if standing is None:
                here.close()
                self._remove_later(group, slot)
            else:
                self._discard(standing)
            raise
        return standing

    def _identity(self, slot: int) -> plan.Identity:
        if os.geteuid() != 0:
            return self._ranges.identity(slot) if self._ranges else ordinary.ALONE
        return plan.Identity(ranged=True, map=[(0, _FIRST_UID + slot * _UIDS_EACH, _UIDS_EACH)], init=0)

    def _discard(self, standing: Standing) -> None:
        standing.let_go()
        self._remove_later(standing.group, standing.slot)

    def _remove_later(self, group: cgroup.Cgroup, slot: int) -> None:
        removal = asyncio.create_task(self._remove(group, slot))
        self._removals.add(removal)
        removal.add_done_callback(self._removals.discard)

    async def _remove(self, group: cgroup.Cgroup, slot: int) -> None:
        """Remove a sandbox's group once the kernel lets go of it, and only then reuse its uids."""
        for pause in _REMOVAL_PAUSES:
            await asyncio.sleep(pause)
            if group.remove():
                heapq.heappush(self._free_slots, slot)
                return
            group.kill()

    async def close(self) -> None:
        """End the launcher, and through it every sandbox; remove every group."""
        if self._sessions is not None:
            await self._sessions.close()
        await self._pool.give_back()
        await self._launcher.close()
        await asyncio.gather(*self._removals)
        self._cgroups.close()


def _give(standing: Standing, spec: SandboxSpec, runtime: Runtime) -> tuple[int, int]:
    """Hand the program over; return what to read its output and errors from."""
    work, contents = _work(spec, runtime)
    stdout, stdout_inside = os.pipe2(os.O_CLOEXEC)
    stderr, stderr_inside = os.pipe2(os.O_CLOEXEC)
    with _closing(plan.write_work(work, contents), _readable(spec.stdin), stdout_inside, stderr_inside) as given:
        try:
            standing.give(given[0], (given[1], given[2], given[3]))
        except OSError:
            os.close(stdout)
            os.close(stderr)
            raise
    return stdout, stderr


def _work(spec: SandboxSpec, runtime: Runtime) -> tuple[plan.Work, list[bytes]]:
    entrypoint = spec.entrypoint or runtime.report.entrypoint
    inputs = dict(spec.files)
    if spec.code is not None:
        inputs[entrypoint] = spec.code.encode()
    return plan.Work(
        bounds=plan.Bounds(
            open_files=spec.limits.open_files,
            disk_bytes=spec.limits.disk_bytes,
            inodes=max(_FEWEST_INODES, spec.limits.disk_bytes // _BYTES_PER_INODE),
            collected_files=MAXIMUM_COLLECTED_FILES,
            collected_bytes=MAXIMUM_COLLECTED_BYTES,
            collected_depth=MAXIMUM_COLLECTED_DEPTH,
        ),
        inputs=[(path, len(content)) for path, content in inputs.items()],
        compile=runtime.command(runtime.compile_arguments, entrypoint) or None,
        run=[*runtime.command(runtime.run_arguments, entrypoint), *spec.argv],
        environment=ENVIRONMENT | spec.env,
    ), list(inputs.values())


@contextlib.contextmanager
def _closing(*descriptors: int) -> Iterator[tuple[int, ...]]:
    """Close descriptors of ours once the other side has its own."""
    try:
        yield descriptors
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


def _readable(content: bytes) -> int:
    """Return a descriptor from which a program can read the bytes, and which it can't write."""
    descriptor = os.memfd_create("stdin", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        view = memoryview(content)
        while view:
            view = view[os.write(descriptor, view) :]
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, _NEVER_CHANGED)
        return os.open(f"/proc/self/fd/{descriptor}", os.O_RDONLY | os.O_CLOEXEC)
    finally:
        os.close(descriptor)


class _Launcher:
    """The executor's hold on the process that forks. It is started again where it died."""

    def __init__(self, process: subprocess.Popen[bytes], requests: socket.socket) -> None:
        self._process = process
        self._requests = requests

    @classmethod
    async def start(cls) -> Self:
        process, requests = await cls._spawn()
        return cls(process, requests)

    @staticmethod
    async def _spawn() -> tuple[subprocess.Popen[bytes], socket.socket]:
        here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with there:
            process = subprocess.Popen(  # noqa: ASYNC220 - its pipes aren't used, and its end is seen on the socket
                [sys.executable, "-I", *LAUNCHER, str(there.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[there.fileno()],
                cwd="/",
                env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
            )
        here.setblocking(False)
        loop = asyncio.get_running_loop()
        said = await loop.sock_recv(here, 16)
        if said == launcher.MAP:
            try:
                await asyncio.to_thread(ordinary.write_maps, process.pid, ordinary.ranges())
            except (OSError, subprocess.SubprocessError) as error:
                here.close()
                process.wait()
                raise SandboxUnavailableError(f"this user's ids can't be mapped: {error}") from error
            here.send(launcher.MAP)
            said = await loop.sock_recv(here, 16)
        if not said:
            raise SandboxUnavailableError(f"the launcher ended at its start with {process.wait()}")
        return process, here

    async def launch(self, descriptors: list[int]) -> None:
        """Have a sandbox made from these. Raises OSError where no launcher can be had."""
        try:
            socket.send_fds(self._requests, [b"launch"], descriptors)
        except (BrokenPipeError, ConnectionResetError):
            await self.close()
            self._process, self._requests = await self._spawn()
            socket.send_fds(self._requests, [b"launch"], descriptors)

    async def close(self) -> None:
        """End the launcher. The kernel ends every sandbox with it."""
        self._requests.close()
        self._process.kill()
        await asyncio.to_thread(self._process.wait)
