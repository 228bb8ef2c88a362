"""A container engine of the tests' own, with files, processes, mounts and groups apart from any other's."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox import host

RUNSC_ARGUMENTS = ["--network=none", "--platform=systrap"]
_STARTING_SECONDS = 60.0
_ENDING_SECONDS = 30.0


class PrivateEngine:
    """One `dockerd`. It can be stopped, killed and started again, with what it had."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket = folder / "docker.sock"
        self.address = f"unix://{self.socket}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and return when it answers."""
        configuration = self.folder / "daemon.json"
        runsc = shutil.which("runsc")
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
                    *("unshare", "--mount", "--propagation", "private", "--", "dockerd"),
                    *(f"--data-root={self.folder / 'data'}", f"--exec-root={self.folder / 'exec'}"),
                    *(
                        f"--pidfile={self.folder / 'pid'}",
                        f"--host={self.address}",
                        f"--config-file={configuration}",
                    ),
                    *("--bridge=none", "--iptables=false", "--ip6tables=false"),
                    # Where the tests look for what was left behind, and the next executor sweeps.
                    f"--cgroup-parent=/crucible-{os.getpid()}-docker",
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
        if self._process is None:
            return
        self._process.send_signal(number)
        self._process.wait(_ENDING_SECONDS)
        self._process = None

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
            connection.connect(str(self.socket))
            connection.sendall(b"GET /_ping HTTP/1.0\r\n\r\n")
            return connection.recv(64).startswith(b"HTTP/1.0 200")
        return False


@contextlib.contextmanager
def engine() -> Iterator[PrivateEngine]:
    """Provide a running engine, and leave nothing of it."""
    folder = Path(tempfile.mkdtemp(prefix="docker-"))
    private = PrivateEngine(folder)
    try:
        private.start()
        yield private
    finally:
        private.stop()
        shutil.rmtree(folder)
        _remove_groups()


def _remove_groups() -> None:
    for top in host.groups_of(os.getpid()):
        if top.name.endswith("-docker"):
            top.rmdir()


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
