"""What `make up-scaled` does: the scaled-out form on this machine, each role a process, on servers of its own.

It starts PostgreSQL and Redis from Debian's packages in private folders, then every role, runs a first program
through all of them, and stays until Ctrl-C, which ends the roles in order and then the servers. The file
`deploy/Procfile` has the same roles for a machine whose servers exist already.
"""

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
from private_servers import Postgres, Redis, free_port

ROOT = Path(__file__).resolve().parent.parent
PROCFILE = ROOT / "deploy" / "Procfile"
PROGRAM = Path("examples", "hello.py")
CRUCIBLE = Path(sys.prefix, "bin", "crucible")
READY_SECONDS = 60.0
STOP_SECONDS = 20.0
POLL_SECONDS = 0.05


def roles_of(procfile: Path) -> dict[str, list[str]]:
    """Return each role's name and words."""
    lines = [line for line in procfile.read_text().splitlines() if line and not line.startswith("#")]
    return {name: words.split() for name, _, words in (line.partition(":") for line in lines)}


@dataclass
class Roles:
    """The processes of one scaled-out Crucible."""

    environment: dict[str, str]
    data: Path
    port: int
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where the API answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self, name: str, words: list[str]) -> None:
        """Start a role, or start it again."""
        secrets = {} if words[1] == "executor" else self.environment  # who stands next to hostile code holds none
        with (self.data / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [CRUCIBLE, *words[1:]],
                env=os.environ | secrets | self.places,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                process_group=0,  # Ctrl-C is for us, who end the roles in order
            )

    @property
    def places(self) -> dict[str, str]:
        """What is no secret."""
        return {
            "CRUCIBLE_DATA": str(self.data),
            "CRUCIBLE_EXECUTOR_SOCKET": str(self.data / "executor.sock"),
            "CRUCIBLE_LOG_FORMAT": "json",
            "CRUCIBLE_PORT": str(self.port),
        }

    def is_ready(self) -> bool:
        """Whether a submission would be acknowledged and run now."""
        try:
            return httpx2.get(f"{self.url}/api/v1/ready", trust_env=False, verify=False).is_success
        except httpx2.TransportError:
            return False

    def wait_until_ready(self) -> None:
        """Return when all is ready. Raises RuntimeError where a role ended before, with its log's end."""
        deadline = time.monotonic() + READY_SECONDS
        while not self.is_ready():
            for name, process in self.processes.items():
                if process.poll() is not None or time.monotonic() > deadline:
                    log = (self.data / f"{name}.log").read_text(errors="replace")
                    raise RuntimeError(f"{name} is not ready; its log ends:\n{log[-4000:]}")
            time.sleep(POLL_SECONDS)

    def stop(self) -> None:
        """End the roles: who takes work first, the executor last."""
        order = ("serve", "worker", "scheduler", "executor")
        for role in order:
            ending = [process for name, process in self.processes.items() if name.startswith(role)]
            for process in ending:
                process.terminate()
            for process in ending:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(STOP_SECONDS)
                process.kill()
                process.wait()


@contextlib.contextmanager
def running(postgres: Postgres, redis: Redis, *, port: int = 0, **settings: str) -> Iterator[Roles]:
    """Provide the started roles; nothing of them is left afterwards."""
    environment = {"CRUCIBLE_DATABASE_URL": postgres.url, "CRUCIBLE_REDIS_URL": redis.url, **settings}
    with tempfile.TemporaryDirectory(prefix="crucible-scaled-") as folder:
        roles = Roles(environment, Path(folder), port or free_port())
        try:
            for name, words in roles_of(PROCFILE).items():
                roles.start(name, words)
            roles.wait_until_ready()
            yield roles
        finally:
            roles.stop()


def main() -> int:
    """Return 0 where Ctrl-C ended it, which is how this is meant to end."""
    parser = argparse.ArgumentParser(description="Start the scaled-out form of Crucible on this machine.")
    parser.add_argument("--port", type=int, default=7878, help="where the API answers; 0: any free port")
    arguments = parser.parse_args()

    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, interrupt)
    try:
        with Postgres() as postgres, Redis() as redis, running(postgres, redis, port=arguments.port) as roles:
            names = ", ".join(roles.processes)
            print(f"PostgreSQL and Redis answer, and so do: {names}. Logs are in {roles.data}.", flush=True)
            print(f"\n$ crucible run {PROGRAM}", flush=True)
            subprocess.run([CRUCIBLE, "run", "--url", roles.url, PROGRAM], cwd=ROOT, check=False)
            print(f"\nThe API answers at {roles.url}. Ctrl-C here ends all of it.", flush=True)
            while all(process.poll() is None for process in roles.processes.values()):
                time.sleep(POLL_SECONDS)
            ended = [name for name, process in roles.processes.items() if process.poll() is not None]
            print(f"ended by itself: {', '.join(ended)}", file=sys.stderr)
            return 1
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
