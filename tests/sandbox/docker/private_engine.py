"""A container engine of the tests' own, with files, processes, mounts and groups apart from any other's."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

import pytest

from tests.sandbox import host

RUNSC = shutil.which("runsc")
RUNSC_ARGUMENTS = ["--network=none", "--platform=systrap"]
_STARTING_SECONDS = 60.0
_ENDING_SECONDS = 30.0
_ANSWERING_SECONDS = 5.0


class PrivateEngine:
    """One `dockerd`. It can be stopped, killed and started again, with what it had."""

    def __init__(self, folder: Path, *, networked: bool = False) -> None:
        """`networked`: its containers have Docker's usual network, in a network namespace of the engine's own."""
        self.folder = folder
        self._remaps: list[str] = []
        self._network = [] if networked else ["--bridge=none", "--iptables=false", "--ip6tables=false"]
        self.socket = folder / "docker.sock"
        self.address = f"unix://{self.socket}"
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Lock()
        # What is mounted must be there still when a killed engine is started again.
        apart = ["--mount", "--propagation", "private", *(["--net"] if networked else [])]
        unshare = ["unshare", *apart, "--", "sh", "-c", "echo; exec sleep infinity"]
        self._place = subprocess.Popen(
            unshare, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, start_new_session=True
        )
        with cast("IO[bytes]", self._place.stdout) as said:
            said.readline()  # until then it may still see, and mount over, what everybody sees
        host.bystanders.add(self._place.pid)

    def bound_disk(self, size: str) -> None:
        """Have what it keeps be on a disk of this size. Before it is started."""
        (self.folder / "data").mkdir()
        self._do("mount", "-t", "tmpfs", "-o", f"size={size}", "disk", str(self.folder / "data"))

    def remap_ids(self) -> None:
        """Have it put a range of ids between its containers and the host, as most do who do. Before it is started.

        It makes the user whose range that is, and notes it in an /etc that nobody else sees.
        """
        self.folder.chmod(0o711)  # a container's root is somebody else, and has to get through
        layer = self.folder / "etc"
        layer.mkdir()
        self._do("mount", "-t", "tmpfs", "-o", "size=4m", "etc", str(layer))
        self._do("mkdir", str(layer / "upper"), str(layer / "work"))
        options = f"lowerdir=/etc,upperdir={layer / 'upper'},workdir={layer / 'work'}"
        self._do("mount", "-t", "overlay", "-o", options, "etc", "/etc")
        self._remaps = ["--userns-remap=default"]

    def fill_disk(self) -> None:
        """Leave no room on it."""
        self._do("sh", "-c", f"cat /dev/zero > {self.folder}/data/filler || true")

    def empty_disk(self) -> None:
        """Give the room back."""
        self._do("rm", f"{self.folder}/data/filler")

    def _do(self, *command: str) -> None:
        """Run a command where the engine's mounts are seen."""
        subprocess.run(self._inside(*command), check=True, stderr=subprocess.DEVNULL)

    def _inside(self, *command: str) -> list[str]:
        namespaces = [
            f"--{name}=/proc/{self._place.pid}/ns/{kind}" for name, kind in (("mount", "mnt"), ("net", "net"))
        ]
        return ["nsenter", *namespaces, "--", *command]

    def start(self, runsc: str | None = RUNSC) -> None:
        """Start it and return when it answers."""
        configuration = self.folder / "daemon.json"
        configuration.write_text(
            json.dumps(
                {
                    "deprecated-key-path": str(self.folder / "key.json"),
                    "runtimes": {"runsc": {"path": runsc, "runtimeArgs": RUNSC_ARGUMENTS}} if runsc else {},
                }
            )
        )
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *self._inside("dockerd"),
                    *(f"--data-root={self.folder / 'data'}", f"--exec-root={self.folder / 'exec'}"),
                    *(
                        f"--pidfile={self.folder / 'pid'}",
                        f"--host={self.address}",
                        f"--config-file={configuration}",
                    ),
                    *self._network,
                    # Where the tests look for what was left behind, and the next executor sweeps.
                    f"--cgroup-parent=/crucible-{os.getpid()}-docker",
                    *self._remaps,
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + _STARTING_SECONDS
        while not self._answers():
            assert self._process.poll() is None, (self.folder / "log").read_text()[-4000:]
            assert time.monotonic() < deadline, "dockerd did not start"
            time.sleep(0.05)

    def stop(self, number: int = signal.SIGTERM) -> None:
        """End it and its containers, or with SIGKILL itself alone."""
        with self._stopping:
            if self._process is None:
                return
            self._process.send_signal(number)
            self._process.wait(_ENDING_SECONDS)
            self._process = None

    def close(self) -> None:
        """End it, its containers and its mounts."""
        try:
            self.stop()
        except subprocess.TimeoutExpired:  # a test that failed may have left it paused
            self.stop(signal.SIGKILL)
        self._kill_what_a_killed_engine_left()
        self._place.kill()
        self._place.wait()
        host.bystanders.discard(self._place.pid)

    def _kill_what_a_killed_engine_left(self) -> None:
        """Its shims and its containerd name our folder; what is in containers is in our group."""
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                if entry.name.isdigit() and (
                    str(self.folder).encode() in (entry / "cmdline").read_bytes()
                    or f"/crucible-{os.getpid()}-docker/" in (entry / "cgroup").read_text()
                ):
                    os.kill(int(entry.name), signal.SIGKILL)

    def pause(self) -> None:
        """Have it answer nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Have it answer again."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(_ANSWERING_SECONDS)
            connection.connect(str(self.socket))
            connection.sendall(b"GET /_ping HTTP/1.0\r\n\r\n")
            return connection.recv(64).startswith(b"HTTP/1.0 200")
        return False


@contextlib.contextmanager
def engine(disk: str | None = None, *, remapped: bool = False, networked: bool = False) -> Iterator[PrivateEngine]:
    """Provide a running engine, on a disk of its own where a size is given, and leave nothing of it."""
    folder = Path(tempfile.mkdtemp(prefix="docker-"))
    private = PrivateEngine(folder, networked=networked)
    try:
        if disk is not None:
            private.bound_disk(disk)
        if remapped:
            private.remap_ids()
        private.start()
        yield private
    finally:
        private.close()
        shutil.rmtree(folder)
        _remove_groups()


def _remove_groups() -> None:
    deadline = time.monotonic() + _ENDING_SECONDS
    for top in [top for top in host.groups_of(os.getpid()) if top.name.endswith("-docker")]:
        for folder in (*top.glob("*/"), top):
            while folder.exists():
                try:
                    folder.rmdir()
                except OSError:
                    assert time.monotonic() < deadline, f"{folder} is in use"
                    time.sleep(0.05)


@pytest.fixture(scope="session")
def private_engine() -> Iterator[PrivateEngine]:
    """The engine of the session, which DOCKER_HOST names."""
    usual = os.environ.get("DOCKER_HOST")
    with engine() as private:
        os.environ["DOCKER_HOST"] = private.address
        yield private
        os.environ.pop("DOCKER_HOST")
        if usual is not None:
            os.environ["DOCKER_HOST"] = usual
