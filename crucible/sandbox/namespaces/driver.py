"""The `namespaces` driver as the executor sees it: makes each sandbox's cgroup, plan and pipes, and cleans up."""

import asyncio
import heapq
import itertools
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from typing import Self

from crucible.domain.errors import SandboxUnavailableError
from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import (
    MAXIMUM_COLLECTED_BYTES,
    MAXIMUM_COLLECTED_DEPTH,
    MAXIMUM_COLLECTED_FILES,
    DriverReport,
    Isolation,
    SandboxFinished,
    SandboxSpec,
)
from crucible.sandbox.driver import Emit
from crucible.sandbox.namespaces import capabilities, cgroup, landlock, plan
from crucible.sandbox.namespaces.supervision import Supervision
from crucible.sandbox.namespaces.tree import ENVIRONMENT, tree
from crucible.sandbox.runtimes import Runtime

LAUNCHER = ("-m", "crucible.sandbox.namespaces.launcher")
"""What the launcher's interpreter runs; its socket's descriptor follows."""
_FIRST_UID = 1_879_048_192
"""Above every range that distributions and container engines hand out, below 2**31."""
_UIDS_EACH = 65_536
_BYTES_PER_INODE = 8192
_FEWEST_INODES = 1024
_REMOVAL_PAUSES = (0.0, 0.002, 0.01, 0.05, 0.2, 0.5, 1.0, 2.0)


class NamespacesDriver:
    """Isolation by the running kernel's own means. Make one with `open`."""

    name = "namespaces"

    def __init__(self, cgroups: cgroup.Cgroups, launcher: "_Launcher", mountpoint: str) -> None:
        self._cgroups = cgroups
        self._launcher = launcher
        self._mountpoint = mountpoint
        self._landlock = landlock.abi()
        self._last_capability = capabilities.last_capability()
        self._privileged = os.geteuid() == 0
        self._names = itertools.count(1)
        self._free_slots: list[int] = []
        self._next_slot = itertools.count()
        self._removals: set[asyncio.Task[None]] = set()

    @classmethod
    async def open(cls) -> Self:
        """Return a driver that is ready to run. Raises SandboxUnavailableError, saying what mends it."""
        try:
            cgroups = cgroup.find()
        except (cgroup.CgroupsUnavailableError, OSError) as error:
            raise SandboxUnavailableError(f"limits can't be enforced: {error}") from error
        return cls(cgroups, await _Launcher.start(), tempfile.mkdtemp(prefix="crucible-root-"))

    def report(self) -> DriverReport:
        """Return what is enforced here."""
        version = self._cgroups.version
        return DriverReport(
            name=self.name,
            available=True,
            isolation=Isolation.SHARED_KERNEL,
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
                + (", a uid range for each sandbox" if self._privileged else ""),
                "system calls": "seccomp allow-list",
            },
            missing={} if self._landlock else {"landlock": "this kernel has none; boot with lsm=landlock,..."},
        )

    async def run(
        self, spec: SandboxSpec, runtime: Runtime, emit: Emit, cancelled: asyncio.Event
    ) -> SandboxFinished:
        """See `Driver.run`."""
        slot = heapq.heappop(self._free_slots) if self._free_slots else next(self._next_slot)
        try:
            group = self._cgroups.create(str(next(self._names)), spec.limits)
        except OSError as error:
            heapq.heappush(self._free_slots, slot)
            return SandboxFinished(outcome=Outcome.SANDBOX_ERROR, error=f"no cgroup could be made: {error}")
        try:
            steps, contents = self._plan(spec, runtime, group, slot)
            return await self._launch(spec, plan.write(steps, contents), group, emit, cancelled)
        except OSError as error:
            return SandboxFinished(outcome=Outcome.SANDBOX_ERROR, error=str(error))
        finally:
            removal = asyncio.create_task(self._remove(group, slot))
            self._removals.add(removal)
            removal.add_done_callback(self._removals.discard)

    async def _launch(
        self, spec: SandboxSpec, memory: int, group: cgroup.Cgroup, emit: Emit, cancelled: asyncio.Event
    ) -> SandboxFinished:
        here, there = socket.socketpair()
        stdout, stdout_inside = os.pipe2(os.O_CLOEXEC)
        stderr, stderr_inside = os.pipe2(os.O_CLOEXEC)
        given = [memory, _readable(spec.stdin), stdout_inside, stderr_inside, there.detach()]
        try:
            await self._launcher.launch(given)
        except OSError:
            here.close()
            os.close(stdout)
            os.close(stderr)
            raise
        finally:
            for descriptor in given:
                os.close(descriptor)
        channel, answers = await asyncio.open_connection(sock=here)
        return await Supervision(channel, answers, group, spec.limits, emit).watch(stdout, stderr, cancelled)

    def _plan(
        self, spec: SandboxSpec, runtime: Runtime, group: cgroup.Cgroup, slot: int
    ) -> tuple[plan.Plan, list[bytes]]:
        entrypoint = spec.entrypoint or runtime.report.entrypoint
        inputs = dict(spec.files)
        if spec.code is not None:
            inputs[entrypoint] = spec.code.encode()
        compiling = runtime.command(runtime.compile_arguments, entrypoint)
        return plan.Plan(
            identity=self._identity(slot),
            tree=tree(self._mountpoint, runtime.prefix),
            bounds=plan.Bounds(
                open_files=spec.limits.open_files,
                disk_bytes=spec.limits.disk_bytes,
                inodes=max(_FEWEST_INODES, spec.limits.disk_bytes // _BYTES_PER_INODE),
                collected_files=MAXIMUM_COLLECTED_FILES,
                collected_bytes=MAXIMUM_COLLECTED_BYTES,
                collected_depth=MAXIMUM_COLLECTED_DEPTH,
            ),
            cgroups=group.entrances,
            landlock=self._landlock,
            last_capability=self._last_capability,
            inputs=[(path, len(content)) for path, content in inputs.items()],
            compile=compiling or None,
            run=[*runtime.command(runtime.run_arguments, entrypoint), *spec.argv],
            environment=ENVIRONMENT | spec.env,
        ), list(inputs.values())

    def _identity(self, slot: int) -> plan.Identity:
        if not self._privileged:
            uid = plan.PROGRAM_UID
            return plan.Identity(privileged=False, outside=0, inside=uid, count=1, init=uid, owner=0)
        first = _FIRST_UID + slot * _UIDS_EACH
        return plan.Identity(
            privileged=True, outside=first, inside=0, count=_UIDS_EACH, init=0, owner=first + plan.PROGRAM_UID
        )

    async def _remove(self, group: cgroup.Cgroup, slot: int) -> None:
        """Remove a sandbox's group once the kernel lets go of it, and only then reuse its uids."""
        for pause in _REMOVAL_PAUSES:
            await asyncio.sleep(pause)
            if group.remove():
                heapq.heappush(self._free_slots, slot)
                return
            group.kill()

    async def close(self) -> None:
        """End the launcher, and through it every sandbox; remove every group and the mount point."""
        await self._launcher.close()
        await asyncio.gather(*self._removals)
        self._cgroups.close()
        shutil.rmtree(self._mountpoint)


def _readable(content: bytes) -> int:
    """Return a descriptor from which a program can read the bytes, and which it can't write."""
    descriptor = os.memfd_create("stdin", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        view = memoryview(content)
        while view:
            view = view[os.write(descriptor, view) :]
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
        if not await asyncio.get_running_loop().sock_recv(here, 16):
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
