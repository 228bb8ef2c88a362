"""The executor as a child process: started with nothing it could give away, and started again where it dies."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

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
    """The child. `keep` it from a task of its own."""

    def __init__(self, socket: Path, images: Path) -> None:
        self._command = (
            *(sys.executable, "-m", "crucible", "executor", "--with-parent", str(os.getpid())),
            *("--socket", str(socket), "--images", str(images)),
        )
        self._process: asyncio.subprocess.Process | None = None
        self.ended = asyncio.Event()
        """Set once it ended for the first time."""

    async def keep(self) -> None:
        """Run the executor and start it again whenever it ends, later each time; cancelled, stop it."""
        loop = asyncio.get_running_loop()
        pause = _FIRST_RESTART_SECONDS
        try:
            while True:
                started = loop.time()
                code = await self._run()
                self.ended.set()
                pause = _FIRST_RESTART_SECONDS if loop.time() - started > _SETTLED_SECONDS else pause
                _log.warning("executor_ended", code=code, restart_seconds=pause)
                await asyncio.sleep(pause)
                pause = min(_LONGEST_RESTART_SECONDS, pause * 2)
        finally:
            await self._stop()

    def kill(self) -> None:
        """End it at once, with whatever it runs."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGKILL)

    async def _run(self) -> int:
        # A session of its own: Ctrl-C in our terminal is for us, who stop it when its programs had their grace.
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            env=scrubbed(os.environ),
            start_new_session=True,
        )
        return await self._process.wait()

    async def _stop(self) -> None:
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        if not await within(_STOP_SECONDS, process.wait()):
            process.kill()
            await process.wait()
