"""A real `crucible up` as a user starts it, and the commands that a user gives it."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from crucible.client import Retries
from tests.waiting import PATIENCE_SECONDS, beside

CRUCIBLE = (sys.executable, "-m", "crucible")
PATIENT = Retries(attempts=400, first_seconds=0.2, longest_seconds=0.5)
"""For as long as a busy machine takes to start a server; nobody waits that long unless it fails."""
_LAST_WORDS = 8192
_ADDRESS = re.compile(r"^address +(http://\S+)", re.MULTILINE)


@dataclass
class Machine:
    """A data folder and the server on it."""

    data: Path
    url: str = ""
    server: subprocess.Popen[str] | None = None
    said: str = ""
    options: tuple[str, ...] = ()
    prefix: tuple[str, ...] = ()
    """What the server's command follows, which becomes it."""
    environment: dict[str, str] = field(default_factory=dict)

    def start(self) -> None:
        """Start the server and wait until it says that it is ready."""
        with self._log.open("a") as log:
            self.server = subprocess.Popen(
                [*self.prefix, *CRUCIBLE, "up", "--data", self.data, "--port", self._port, *self.options],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env={**os.environ, "CRUCIBLE_LOG_FORMAT": "json", **self.environment},
            )
        assert self.server.stdout is not None
        self.said = ""
        while "at once" not in self.said:
            line = self.server.stdout.readline()
            assert line, f"the server ended: {self.log}"
            self.said += line
        address = _ADDRESS.search(self.said)
        assert address
        self.url = address[1]

    @property
    def log(self) -> str:
        return self._log.read_text()

    def command(
        self, *words: str | Path, timeout: float = 60, stdin: bytes = b""
    ) -> subprocess.CompletedProcess[bytes]:
        """Give a command and return how it ended."""
        return subprocess.run(
            [*CRUCIBLE, *words],
            env=self.client_environment,
            input=stdin,
            capture_output=True,
            timeout=timeout,
            check=False,
        )

    @contextlib.contextmanager
    def popen(self, *words: str | Path) -> Iterator[subprocess.Popen[bytes]]:
        """Give a command and stay beside it."""
        running = subprocess.Popen(
            [*CRUCIBLE, *words], env=self.client_environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        with beside(running):
            yield running

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask the server to end, and return its exit code."""
        assert self.server is not None
        self.server.send_signal(number)
        code = self.server.wait(30)
        assert self.server.stdout is not None
        self.server.stdout.close()
        self.server = None
        return code

    def kill(self) -> None:
        """Kill the server, and return once its executor is gone as well."""
        assert self.server is not None
        executor = self.executor
        self.server.kill()
        self.server.wait()
        assert self.server.stdout is not None
        self.server.stdout.close()
        wait_until_gone(executor)

    @property
    def executor(self) -> int:
        """The executor's process id, as soon as there is one.

        A fork of the server that is about to become it is not: its command line is the server's, and names a
        folder that may be called after an executor.
        """
        assert self.server is not None
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            for pid in children_of(self.server.pid):
                if " -m crucible executor " in command_line(pid):
                    return pid
            time.sleep(0.01)
        raise TimeoutError(f"there is no executor: {self.log}")

    @property
    def client_environment(self) -> dict[str, str]:
        return {**os.environ, "CRUCIBLE_URL": self.url, "NO_COLOR": "1"}

    @property
    def _port(self) -> str:
        return self.url.rpartition(":")[2] or "0"

    @property
    def _log(self) -> Path:
        self.data.parent.mkdir(exist_ok=True)
        return self.data.with_suffix(".log")


@contextlib.contextmanager
def machine(data: Path, *options: str, prefix: tuple[str, ...] = (), **environment: str) -> Iterator[Machine]:
    """Provide a started server; whatever the test did to it, nothing of it is left.

    What the server wrote last is printed, which pytest shows where the test failed: its log goes with its folder.
    """
    made = Machine(data, options=options, prefix=prefix, environment=environment)
    try:
        made.start()
        yield made
    finally:
        ended = made.server and made.server.poll()
        sys.stdout.write(f"the server ({ended=}) wrote at last:\n{made.log[-_LAST_WORDS:]}\n")
        try:
            if made.server is not None:
                made.stop(signal.SIGTERM)
        finally:
            if made.server is not None:
                made.server.kill()


def children_of(pid: int) -> list[int]:
    """Return the ids of a process's children."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return [
            int(child)
            for task in Path(f"/proc/{pid}/task").iterdir()
            for child in (task / "children").read_text().split()
        ]
    return []


def command_line(pid: int) -> str:
    """Return how a process was started."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except (FileNotFoundError, ProcessLookupError):
        return ""


def wait_until_gone(pid: int) -> None:
    """Return once there is no such process, or nothing but its exit code."""
    deadline = time.monotonic() + 20
    while state_of(pid) not in {"", "Z"}:
        assert time.monotonic() < deadline, f"process {pid} is still there: {command_line(pid)}"
        time.sleep(0.02)


def state_of(pid: int) -> str:
    """Return the letter by which the kernel tells what a process does; nothing where there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return ""
