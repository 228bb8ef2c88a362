"""Runs attacks in one engine, beside two victims, and looks at the host before and after.

Attacks run a few at a time, in batches, because six engines times two hundred attacks one by one would take a
quarter of an hour. Where the host or a victim shows that one of a batch did harm, each of them runs again alone.
"""

import asyncio
import contextlib
import functools
import hashlib
import os
import resource
import secrets
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

from crucible.domain.limits import Limits
from crucible.domain.sandbox import Promise, SandboxOutput
from tests.sandbox import host
from tests.sandbox.fixtures import Ran, Sandboxes
from tests.security import ordinary_user
from tests.security.attack import HERE, WORDS, Attack
from tests.waiting import PATIENCE_SECONDS

BATCH: Final = 12
MARK: Final = "attack-"
"""Everything that an attack makes has a name that starts so; none is ever found on the host."""
_SETTLING_SECONDS: Final = 10.0
_LIMITS: Final = {"wall_seconds": 20.0, "memory_bytes": 128 * 1024 * 1024, "processes": 64}
_KERNEL: Final = (
    *("core_pattern", "modprobe", "hostname", "domainname", "sysrq", "randomize_va_space", "panic", "pid_max"),
    *("printk", "shmmax", "msgmax", "threads-max", "ostype", "ngroups_max"),
)


def secret() -> str:
    """Return a value that is found again wherever it turns up: attacks search memory for its beginning."""
    return f"canary-{secrets.token_hex(16)}"


@dataclass(frozen=True)
class World:
    """What is outside, and what an attack is told of it: everything but the secrets."""

    name: str
    canary: Path
    host_victim: "HostVictim"

    @property
    def environment(self) -> dict[str, str]:
        tcp, udp = self.host_victim.ports
        return {
            "CANARY_PATH": str(self.canary),
            "EXECUTOR_PID": str(os.getpid()),
            "VICTIM_NAME": self.name,
            "VICTIM_PID": str(self.host_victim.pid),
            "VICTIM_FOLDER": str(self.host_victim.folder),
            "VICTIM_TCP": str(tcp),
            "VICTIM_UDP": str(udp),
        }


class HostVictim:
    """The victim that is a process of the host, an ordinary user's."""

    def __init__(self, process: subprocess.Popen[bytes], folder: Path, log: Path) -> None:
        self._process = process
        self._log = log
        self._read = 0
        self.folder = folder
        self.pid, tcp, udp, *_ = self._greeting()
        self.ports = tcp, udp

    @classmethod
    @contextlib.contextmanager
    def living(cls, name: str, value: str) -> Iterator[Self]:
        with tempfile.TemporaryDirectory(prefix=f"{name}-", dir="/tmp") as folder:
            Path(folder).chmod(0o777)
            log = Path(folder, "log")
            with log.open("wb") as output:
                process = subprocess.Popen(
                    ordinary_user.command([ordinary_user.python(), "-I", str(HERE / "victim.py"), name, value]),
                    stdin=subprocess.PIPE,
                    stdout=output,
                    cwd=folder,
                    env={"VICTIM_FOLDER": folder, "CRUCIBLE_CANARY": value},
                )
            host.bystanders.add(process.pid)
            try:
                yield cls(process, Path(folder), log)
            finally:
                host.bystanders.remove(process.pid)
                assert process.stdin is not None
                process.stdin.close()
                process.wait(10)

    def _greeting(self) -> tuple[int, ...]:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self._process.poll() is None:
            lines = self._log.read_text().splitlines()
            if lines and lines[0].startswith("holds ") and len(lines) > 1:
                return tuple(map(int, lines[0].split()[1:4]))
            time.sleep(0.02)
        raise AssertionError(f"the victim did not start: {self._process.poll()}, {self._log.read_text()!r}")

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def complaints(self) -> list[str]:
        """Return what it said since the last time, other than that it is well."""
        with self._log.open() as file:
            file.seek(self._read)
            lines = file.read().splitlines()
            self._read = file.tell()
        return [line for line in lines if line != "well" and not line.startswith("holds")]


@dataclass
class Neighbour:
    """The victim in a sandbox of the same engine, which runs while attacks do."""

    secret: str
    said: bytearray = field(default_factory=bytearray)
    _read: int = 0

    @classmethod
    @contextlib.asynccontextmanager
    async def living(cls, sandboxes: Sandboxes, name: str):
        neighbour = cls(secret())
        cancelled = asyncio.Event()

        def hear(event: object) -> None:
            if isinstance(event, SandboxOutput):
                neighbour.said += event.data

        running = asyncio.create_task(
            sandboxes.run(
                (HERE / "victim.py").read_text(),
                argv=(name, neighbour.secret),
                env={"CRUCIBLE_CANARY": neighbour.secret},
                stdin=neighbour.secret.encode(),
                wall_seconds=3600.0,
                cancelled=cancelled,
                on_event=hear,
            )
        )
        try:
            while b"well\n" not in neighbour.said:
                assert not running.done(), running.result()
                await asyncio.sleep(0.02)
            yield neighbour
        finally:
            cancelled.set()
            async with asyncio.timeout(PATIENCE_SECONDS):
                ran = await running
        assert ran.finished.outcome == "cancelled", f"the neighbour did not live to the end: {ran}"

    async def complaints(self) -> list[str]:
        """Return what it said since the last time, other than that it is well, once it has spoken again."""
        before, deadline = self.said.count(b"well\n"), time.monotonic() + _SETTLING_SECONDS
        while self.said.count(b"well\n") < before + 2:
            if time.monotonic() > deadline:
                return ["it does not answer any more"]
            await asyncio.sleep(0.02)
        end = self.said.rfind(b"\n") + 1
        lines = self.said[self._read : end].decode().splitlines()
        self._read = end
        return [line for line in lines if line != "well" and not line.startswith("holds")]


@dataclass(frozen=True)
class Verdict:
    """What became of an attack."""

    ran: Ran
    harm: tuple[str, ...]
    """What was not outside as before, after the batch that it was in."""


class Campaign:
    """One engine's attacks. Asked for one, it runs the batch that this one is in."""

    def __init__(self, sandboxes: Sandboxes, neighbour: Neighbour, world: World, order: list[Attack]) -> None:
        self._sandboxes = sandboxes
        self._neighbour = neighbour
        self._world = world
        self._order = order
        self._verdicts: dict[str, Verdict] = {}

    async def verdict(self, attack: Attack) -> Verdict:
        if attack.identity not in self._verdicts:
            first = self._order.index(attack)
            await self._run([each for each in self._order[first:] if each.identity not in self._verdicts][:BATCH])
        return self._verdicts[attack.identity]

    async def _run(self, batch: list[Attack]) -> None:
        before = await self._quiet()
        rans = await asyncio.gather(*(self._run_at_once(attack) for attack in batch))
        harm = await self._harm(before)
        if harm and len(batch) > 1:
            for attack in batch:
                await self._run([attack])
            if any(self._verdicts[attack.identity].harm for attack in batch):
                return
        for attack, ran in zip(batch, rans, strict=True):
            self._verdicts[attack.identity] = Verdict(ran, tuple(harm))

    async def _quiet(self) -> dict[str, object]:
        """Return what is there once that changes no more: what stands beside a sandbox ends a moment after it."""
        await self._sandboxes.driver.give_back()
        before, deadline = state(self._world, self._sandboxes), time.monotonic() + _SETTLING_SECONDS
        while time.monotonic() < deadline:
            await asyncio.sleep(0.02)
            now = state(self._world, self._sandboxes)
            if now == before:
                break
            before = now
        return before

    async def _run_at_once(self, attack: Attack) -> Ran:
        """Run an attack in as many sandboxes as it wants; return what it came to in one of them."""
        return (await asyncio.gather(*(self.run(attack) for _ in range(attack.at_once))))[0]

    async def run(self, attack: Attack) -> Ran:
        """Run one attack, whatever comes of it."""
        return await self._sandboxes.run(
            **program(attack), env=self._world.environment, **(_LIMITS | attack.limits)
        )

    def limits(self, attack: Attack) -> Limits:
        """Return what an attack may use."""
        return Limits(**(_LIMITS | attack.limits))

    @property
    def has_a_kernel_of_its_own(self) -> bool:
        return self._sandboxes.has_a_kernel_of_its_own

    def tolerates(self, attack: Attack) -> bool:
        """Tell whether its success is none: what it gets is of the sandbox's own kernel, or never was promised."""
        report = self._sandboxes.driver.report()
        granted = attack.may_be_granted_by_own_kernel and self.has_a_kernel_of_its_own
        return granted or bool(attack.promises & report.unpromised.keys())

    async def _harm(self, before: dict[str, object]) -> list[str]:
        await self._sandboxes.driver.give_back()
        deadline = time.monotonic() + _SETTLING_SECONDS
        now = state(self._world, self._sandboxes)
        while now != before and time.monotonic() < deadline:
            await asyncio.sleep(
                0.02
            )  # the kernel lets go of a group a moment after the last process in it is gone
            now = state(self._world, self._sandboxes)
        harm = [f"{what}: {_difference(before[what], now[what])}" for what in now if now[what] != before[what]]
        harm += [f"the host's victim says: {line}" for line in self._world.host_victim.complaints()]
        harm += [f"the neighbour says: {line}" for line in await self._neighbour.complaints()]
        if Promise.COUNTED_APART in self._sandboxes.driver.report().unpromised:
            harm = [line for line in harm if "says: starved: " not in line]
        return harm

    def secrets(self) -> tuple[bytes, ...]:
        """Return what no output may hold."""
        return (self._world.canary.read_bytes(), self._neighbour.secret.encode())


def program(attack: Attack) -> dict[str, object]:
    """Return an attack as what is submitted. C comes compiled, since not every root file system has a compiler."""
    if attack.path.suffix == ".c":
        code = "cp program /tmp/attack-program && chmod +x /tmp/attack-program && exec /tmp/attack-program"
        return {"code": code, "runtime": "bash", "files": {"program": compiled(attack.path)}}
    word = f"attempt{attack.path.suffix}"
    runtime = {".py": "python", ".sh": "bash"}[attack.path.suffix]
    return {"code": attack.source, "runtime": runtime, "files": {word: (WORDS / word).read_bytes()}}


@functools.cache
def compiled(path: Path) -> bytes:
    """Return a static executable, which needs nothing of the place where it runs.

    Three tiers want each, and making one takes a processor 0.12 s. So it is kept by what it is made of, where Python
    keeps what it compiled, unless this is an ordinary user, who may write nothing there.
    """
    compiler = Path("/usr/bin/gcc")
    command = [compiler, "-static", "-O1", "-w", "-pthread", f"-I{WORDS}", path]
    parts = (path.read_bytes(), *(header.read_bytes() for header in WORDS.glob("*.h")))
    made_of = hashlib.sha256(repr((command, compiler.stat().st_mtime_ns, parts)).encode()).hexdigest()
    kept = HERE / "__pycache__" / f"{path.stem}-{made_of[:32]}"
    if kept.exists():
        return kept.read_bytes()
    with tempfile.TemporaryDirectory() as folder:
        built = Path(folder, "program")
        subprocess.run([*command, "-o", built], check=True)
        program = built.read_bytes()
    if os.access(kept.parent, os.W_OK):
        unfinished = kept.with_suffix(f".{os.getpid()}")
        unfinished.write_bytes(program)
        unfinished.rename(kept)
    return program


def state(world: World, sandboxes: Sandboxes) -> dict[str, object]:
    """Return what of the host an attack may not change, a name and a value each."""
    executor = os.getpid()
    return {
        "traces": sandboxes.traces(),
        "kernel settings": {name: _read(f"/proc/sys/kernel/{name}") for name in _KERNEL},
        "the file system": Path("/etc/passwd").stat().st_mtime_ns,
        "swap": _read("/proc/swaps"),
        "the clock": round(time.time() - time.monotonic()) // 4,
        "the secret": world.canary.read_text(),
        "the secret's file": (
            world.canary.stat().st_mode,
            world.canary.stat().st_uid,
            world.canary.stat().st_nlink,
        ),
        "the victim": world.host_victim.is_alive(),
        "names": _marked(),
        "the executor's priority": os.getpriority(os.PRIO_PROCESS, executor),
        "the executor's processors": os.sched_getaffinity(executor),
        "the executor's limits": [resource.getrlimit(kind) for kind in range(15)],
        "the executor's victimhood": _read(f"/proc/{executor}/oom_score_adj"),
    }


def _marked() -> list[str]:
    """Return the names on the host that only an attack can have made."""
    found = [str(path) for folder in ("/tmp", "/dev/shm", "/dev/mqueue", "/") for path in _listed(folder, MARK)]
    for table in ("/proc/net/unix", "/proc/keys"):
        found += [line for line in _read(table).splitlines() if MARK in line]
    return found


def _listed(folder: str, prefix: str) -> list[Path]:
    return sorted(Path(folder).glob(f"{prefix}*")) if Path(folder).is_dir() else []


def _read(path: str) -> str:
    try:
        return Path(path).read_text()
    except FileNotFoundError:
        return ""


def _difference(before: object, now: object) -> object:
    if isinstance(before, set) and isinstance(now, set):
        return sorted(now ^ before)
    return f"{now}, was {before}"


def control(attack: Attack, world: World, folder: Path) -> str:
    """Run an attack where nothing stands in its way but that it is an ordinary user; return what it printed."""
    folder.chmod(0o777)
    if attack.path.suffix == ".c":
        (folder / "program").write_bytes(compiled(attack.path))
        (folder / "program").chmod(0o755)
        command = ["./program"]
    else:
        word = f"attempt{attack.path.suffix}"
        (folder / word).write_bytes((WORDS / word).read_bytes())
        (folder / f"main{attack.path.suffix}").write_text(attack.source)
        command = [
            ordinary_user.python() if attack.path.suffix == ".py" else "/bin/bash",
            f"main{attack.path.suffix}",
        ]
    if attack.control != "root":
        command = ordinary_user.command(command, namespaces=attack.control == "namespaces")
    ran = subprocess.run(
        command,
        cwd=folder,
        env={
            **world.environment,
            "EXECUTOR_PID": str(
                world.host_victim.pid
            ),  # not the one that runs these tests, as the same user perhaps
            "PATH": os.defpath,
            "PYTHONPATH": str(folder),
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=30,
        check=False,
    )
    return ran.stdout.decode(errors="replace")
