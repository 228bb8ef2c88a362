"""The executor as a child process: started with nothing it could give away, and started again where it dies."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Self

import structlog

from crucible.ending import within

_PASSED_ON = frozenset(
    {
        "DOCKER_HOST",
        "HOME",
        "LANG",
        "LC_ALL",
        "PATH",
        "PYENV_ROOT",
        "TMPDIR",
        "TZ",
        "XDG_RUNTIME_DIR",
        "CRUCIBLE_ENGINE",
        "CRUCIBLE_PYTHON",
        "CRUCIBLE_LOG_LEVEL",
        "CRUCIBLE_LOG_FORMAT",
        "COVERAGE_PROCESS_CONFIG",
        "COVERAGE_PROCESS_START",
    }
)
"""What of our environment the executor may know: where interpreters are, how to log, how to be measured."""
_STOP_SECONDS = 5.0
_FIRST_RESTART_SECONDS = 0.1
_LONGEST_RESTART_SECONDS = 10.0
_SETTLED_SECONDS = 30.0
_log = structlog.stdlib.get_logger(__name__)


def scrubbed(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what the executor may know of an environment; whatever else there is may be a secret."""
    return {name: value for name, value in environment.items() if name in _PASSED_ON}


class ExecutorProcess:
    """The child, which lives as long as this context at the most. `keep` it from a task of its own."""

    def __init__(self, socket: Path, images: Path) -> None:
        """Know how to start one that answers on `socket`."""
        self.socket = socket
        self._command = (
            *(sys.executable, "-m", "crucible", "executor", "--with-parent", str(os.getpid())),
            *("--socket", str(socket), "--images", str(images)),
        )
        self._process: subprocess.Popen[bytes] | None = None
        self.ended = asyncio.Event()
        """Set once it ended for the first time."""

    def __enter__(self) -> Self:
        """Start it: it takes a second to get ready, in which whoever will `keep` it has other things to do."""
        self._process = self._start()
        return self

    def __exit__(self, *_: object) -> None:
        """End it, where nobody kept it."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    async def keep(self) -> None:
        """Keep the executor running: start it again whenever it ends, later each time; cancelled, stop it."""
        loop = asyncio.get_running_loop()
        pause = _FIRST_RESTART_SECONDS
        try:
            while True:
                started = loop.time()
                if self._process is None:
                    self._process = self._start()
                code = await _end_of(self._process)
                self._process = None
                self.ended.set()
                pause = _FIRST_RESTART_SECONDS if loop.time() - started > _SETTLED_SECONDS else pause
                _log.warning("executor_ended", code=code, restart_seconds=pause)
                await asyncio.sleep(pause)
                pause = min(_LONGEST_RESTART_SECONDS, pause * 2)
        finally:
            await self._stop()

    def kill(self) -> None:
        """End it at once, with whatever it runs."""
        if self._process is not None:
            self._process.kill()

    def _start(self) -> subprocess.Popen[bytes]:
        # A session of its own: Ctrl-C in our terminal is for us, who stop it when its programs had their grace.
        return subprocess.Popen(
            self._command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env=scrubbed(os.environ),
            start_new_session=True,
        )

    async def _stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        if not await within(_STOP_SECONDS, _end_of(self._process)):
            self._process.kill()
            await _end_of(self._process)


async def _end_of(process: subprocess.Popen[bytes]) -> int:
    """Return how a process ended, once it has."""
    if process.poll() is None:
        loop = asyncio.get_running_loop()
        gone = asyncio.Event()
        descriptor = os.pidfd_open(process.pid)
        loop.add_reader(descriptor, gone.set)
        try:
            await gone.wait()
        finally:
            loop.remove_reader(descriptor)
            os.close(descriptor)
    return process.wait()
