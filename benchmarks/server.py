"""A Crucible of its own for the measurements: `crucible up` on a free port, with a data folder that goes away."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

START_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Server:
    """A running `crucible up`."""

    process: int
    url: str
    data: Path
    start_seconds: float
    """From the start of the process to the first answer that says ready."""


class NotReadyError(Exception):
    """The server ended, or was not ready in time; the message is its log's end."""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    with httpx2.Client() as http:
        while time.monotonic() < deadline and server.poll() is None:
            try:
                if http.get(f"{url}/api/v1/ready").is_success:
                    return
            except httpx2.TransportError:
                pass  # it doesn't listen yet
            time.sleep(0.02)
    raise NotReadyError(log.read_text()[-2000:])


@contextmanager
def started() -> Iterator[Server]:
    """Start a server, yield it when it is ready, and end it. Raises NotReadyError."""
    with tempfile.TemporaryDirectory(prefix="crucible-bench-") as folder:
        data, log = Path(folder, "data"), Path(folder, "log")
        port = _free_port()
        url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "crucible.cli.main", "up", "--port", str(port), "--data", str(data)]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("CRUCIBLE_")}
        begin = time.perf_counter()
        with log.open("wb") as output:
            server = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
        try:
            _wait_until_ready(server, url, log)
            yield Server(server.pid, url, data, time.perf_counter() - begin)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait()
