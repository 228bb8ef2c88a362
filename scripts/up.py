"""What `make up` does: starts Crucible, runs a first program, shows its output, and stays until Ctrl-C.

The server is a process group of its own, and whatever ends this script is passed on to it once: a terminal would
send Ctrl-C to both, and a second one tells a server that is already ending to make haste. Arguments go to
`crucible up`.
"""

import argparse
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

import httpx2
from private_servers import free_port

from crucible.settings import Settings

PROGRAM = Path("examples", "hello.py")
CRUCIBLE = Path(sys.prefix, "bin", "crucible")
POLL_SECONDS = 0.05
REFUSED = 1
"""The exit code of a command that says what it needs."""


def address(arguments: list[str]) -> str:
    """Return where `crucible up` with these arguments listens. Where they ask for any port, one is added."""
    settings = Settings()
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--host", default=settings.host)
    parser.add_argument("--port", type=int, default=settings.port)
    known, _ = parser.parse_known_args(arguments)
    if known.port == 0:
        known.port = free_port()
        arguments += ["--port", str(known.port)]
    host = f"[{known.host}]" if ":" in known.host else known.host
    return f"http://{host}:{known.port}"


def is_ready(http: httpx2.Client) -> bool:
    """Whether a server there says that it can do its work."""
    try:
        return http.get("/api/v1/ready").is_success
    except httpx2.TransportError:
        return False


def run_first_program(url: str) -> None:
    """Run a program as anybody would from another terminal."""
    print(f"\n$ crucible run {PROGRAM}", flush=True)
    subprocess.run([CRUCIBLE, "run", "--url", url, PROGRAM], check=False)
    print(
        f"\nIn another terminal: {CRUCIBLE.relative_to(Path.cwd())} run FILE. Ctrl-C here ends the server.",
        flush=True,
    )


def main() -> int:
    """Return the server's exit code; 0 where Ctrl-C ended it, which is how this is meant to end."""
    arguments = sys.argv[1:]
    url = address(arguments)
    servers: list[subprocess.Popen[bytes]] = []

    def pass_on(number: int, _: FrameType | None) -> None:
        for server in servers:
            server.send_signal(number)

    for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, pass_on)
    with httpx2.Client(base_url=url) as http:
        taken = is_ready(http)
        print("starting Crucible", flush=True)
        server = subprocess.Popen([CRUCIBLE, "up", *arguments], process_group=0)
        servers.append(server)
        while not taken and server.poll() is None and not is_ready(http):
            time.sleep(POLL_SECONDS)
    ready = False
    if not taken and server.poll() is None:  # a taken port is another server's, and ours is about to say so
        run_first_program(url)
        ready = True
    code = server.wait()
    if code == REFUSED and not ready:
        print('→ options go through make as: make up FLAGS="--port 8000"', file=sys.stderr)
    return 0 if code == 128 + signal.SIGINT else code


if __name__ == "__main__":
    sys.exit(main())
