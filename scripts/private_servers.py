"""PostgreSQL and Redis of one's own, for as long as something needs them, from Debian's packages.

PostgreSQL refuses to run as root, so there it runs as Debian's user for it. Both listen on a port
of the loopback address that was free a moment ago, with a password that nobody has seen, and neither reads a
configuration of the system's. What they kept goes with them.
"""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Self

START_SECONDS = 60.0
STOP_SECONDS = 20.0
POLL_SECONDS = 0.02
UNSAFE_AND_FAST = ("fsync=off", "full_page_writes=off")
"""For tests whose data needs to outlive no power cut; what is killed alone keeps what it wrote."""
_IS_OUTLIVED = "pre-existing shared memory block"
"""What PostgreSQL says where it was killed, and one of its processes has not noticed yet."""
_POSTGRES_OPTIONS = ("listen_addresses=127.0.0.1", "max_connections=200", "shared_buffers=64MB", "jit=off")


class ServerError(RuntimeError):
    """A server did not start; the message has what it said."""


class PrivateServer(AbstractContextManager["PrivateServer"]):
    """A server process with a folder of its own, which a test may kill and start again."""

    def __init__(self, name: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=f"crucible-{name}-"))
        self.port = free_port()
        self.password = secrets.token_urlsafe(16)
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            self.prepare()
            self.start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.stop()
        shutil.rmtree(self.folder)

    def prepare(self) -> None:
        """Make what has to be there before the first start."""

    def command(self) -> Sequence[str | Path]:
        """Return how the server is started."""
        raise NotImplementedError

    def answers(self) -> bool:
        """Whether it answers by now."""
        raise NotImplementedError

    @property
    def user(self) -> str | None:
        """Whom it runs as, where that is not us."""
        return None

    def start(self) -> None:
        """Start it and wait until it answers. Raises ServerError."""
        log = self.folder / "log"
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                process_group=0,  # Ctrl-C is for us; this one is stopped last
                user=self.user,
                group=self.user,
                extra_groups=[] if self.user else None,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise ServerError(log.read_text(errors="replace"))
            time.sleep(POLL_SECONDS)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it, if it runs: by SIGINT in order, by SIGKILL as a crash would."""
        process, self.process = self.process, None
        if process is None or process.poll() is not None:
            return
        process.send_signal(how)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def restart(self) -> None:
        """End it and start it again on the same port, with what it had kept."""
        self.stop()
        self.start()


class Postgres(PrivateServer):
    """A PostgreSQL cluster."""

    def __init__(self, *options: str) -> None:
        super().__init__("postgres")
        self._options = options
        self._programs = postgres_programs()
        self._data = self.folder / "data"

    @property
    def user(self) -> str | None:
        """PostgreSQL's own user where we are root, which it refuses to run as."""
        return "postgres" if os.geteuid() == 0 else None

    @property
    def url(self) -> str:
        """Where the cluster's first database is."""
        return self.url_of("postgres")

    def url_of(self, database: str) -> str:
        """Return where a database of the cluster is, as `CRUCIBLE_DATABASE_URL` takes it."""
        return f"postgresql://postgres:{self.password}@127.0.0.1:{self.port}/{database}"

    def prepare(self) -> None:
        """Initialise the cluster."""
        secret = self.folder / "password"
        secret.write_text(self.password)
        if self.user:
            account = pwd.getpwnam(self.user)
            for path in (self.folder, secret):
                os.chown(path, account.pw_uid, account.pw_gid)
        initdb: list[str | Path] = [self._programs / "initdb", "--pgdata", self._data, "--username=postgres"]
        initdb += ["--no-sync", "--auth=scram-sha-256", f"--pwfile={secret}", "--encoding=UTF8", "--no-locale"]
        subprocess.run(
            initdb,
            check=True,
            stdout=subprocess.DEVNULL,
            cwd="/",
            user=self.user,
            group=self.user,
            extra_groups=[] if self.user else None,
        )

    def start(self) -> None:
        """See `PrivateServer`. After a kill, it starts once the last process of the killed one is gone."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                super().start()
            except ServerError as error:
                if _IS_OUTLIVED not in str(error) or time.monotonic() > deadline:
                    raise
                time.sleep(POLL_SECONDS)
            else:
                return

    def command(self) -> Sequence[str | Path]:
        """See `PrivateServer`."""
        options = (*_POSTGRES_OPTIONS, f"port={self.port}", f"unix_socket_directories={self.folder}")
        switches = [word for option in (*options, *self._options) for word in ("-c", option)]
        return [self._programs / "postgres", "-D", self._data, *switches]

    def answers(self) -> bool:
        """See `PrivateServer`."""
        asking = [str(self._programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(asking, check=False).returncode == 0


class Redis(PrivateServer):
    """A Redis server, whose memory is bounded and which forgets nothing to make room."""

    def __init__(self, *options: str) -> None:
        super().__init__("redis")
        self._options = options

    @property
    def url(self) -> str:
        """Where it is, as `CRUCIBLE_REDIS_URL` takes it."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def prepare(self) -> None:
        """Write its configuration, as a password on a command line could be read by everybody."""
        lines = (
            "bind 127.0.0.1",
            f"port {self.port}",
            f"dir {self.folder}",
            f"requirepass {self.password}",
            "maxmemory 256mb",
            "maxmemory-policy noeviction",
            'save ""',
            "appendonly yes",
            "appendfsync everysec",
            *self._options,
        )
        configuration = self.folder / "redis.conf"
        configuration.touch(mode=0o600)
        configuration.write_text("\n".join(lines) + "\n")

    def command(self) -> Sequence[str | Path]:
        """See `PrivateServer`."""
        program = shutil.which("redis-server")
        if program is None:
            raise ServerError("there is no redis-server; install Debian's package of that name")
        return [program, self.folder / "redis.conf"]

    def answers(self) -> bool:
        """See `PrivateServer`."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                return b"PONG" in connection.recv(64)
        except OSError:
            return False

    def forget(self) -> None:
        """Delete what it kept on disk, while it is down."""
        shutil.rmtree(self.folder / "appendonlydir", ignore_errors=True)


def postgres_programs() -> Path:
    """Return the folder of PostgreSQL's newest server programs. Raises ServerError."""
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name), reverse=True
    )
    found = shutil.which("postgres")
    if folders:
        return folders[0]
    if found:
        return Path(found).parent
    raise ServerError("there is no PostgreSQL server; install Debian's package postgresql")


def free_port() -> int:
    """Return a port of the loopback address that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
