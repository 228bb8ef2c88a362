"""The usual ways of running a program apart, each starting the same interpreter: what people would use instead.

Each function yields subjects, or raises UnavailableError with the reason why it can't be measured here.
"""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path

from benchmarks.bundle import skeleton
from benchmarks.timing import Subject
from tests.sandbox.docker import private_engine

IMAGE = "crucible-benchmark:skeleton"


class UnavailableError(Exception):
    """This can't be measured here; the message says why."""


def _found(program: str) -> str:
    path = shutil.which(program)
    if path is None:
        raise UnavailableError("not installed")
    return path


def _run(arguments: list[str]) -> None:
    ended = subprocess.run(arguments, capture_output=True, stdin=subprocess.DEVNULL, text=True, check=False)
    if ended.returncode != 0:
        lines = (ended.stderr or ended.stdout).strip().splitlines() or [f"exit code {ended.returncode}"]
        raise UnavailableError(lines[-1])


def _subject(name: str, arguments: list[str], every: int) -> Subject:
    _run(arguments)
    return Subject(name, lambda: _run(arguments), every)


@contextmanager
def bubblewrap(interpreter: Path) -> Iterator[tuple[Subject, ...]]:
    """Yield bwrap with all of its namespaces, over a read-only view of the host."""
    bwrap = [_found("bwrap"), "--unshare-all", "--die-with-parent", "--new-session"]
    view = ["--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]  # noqa: S108 - the sandbox's own
    yield (_subject("bwrap", [*bwrap, *view, str(interpreter), "-I", "-c", "pass"], every=1),)


@contextmanager
def runc(interpreter: Path) -> Iterator[tuple[Subject, ...]]:
    """Yield a container of runc's own template, without a terminal."""
    program = _found("runc")
    with tempfile.TemporaryDirectory(prefix="crucible-bench-") as folder:
        bundle = Path(folder)
        root = bundle / "rootfs"
        root.mkdir()
        _run([program, "spec", "--bundle", folder])
        config = json.loads((bundle / "config.json").read_text())
        config["process"] |= {"terminal": False, "args": [str(interpreter), "-I", "-c", "pass"]}
        config["mounts"] += [
            {"destination": host, "type": "bind", "source": host, "options": ["rbind", "ro"]}
            for host in skeleton(root, interpreter)
        ]
        (bundle / "config.json").write_text(json.dumps(config))
        state, numbers = str(bundle / "state"), count()

        def run() -> None:
            _run([program, "--root", state, "run", "--bundle", folder, f"crucible-bench-{next(numbers)}"])

        run()
        yield (Subject("runc", run, every=2),)


@contextmanager
def docker(interpreter: Path) -> Iterator[tuple[Subject, ...]]:
    """Yield `docker run`, as it is usually typed and without a network, of an image that has only mount points."""
    program = _found("docker")
    with _engine(program), tempfile.TemporaryDirectory(prefix="crucible-bench-") as folder:
        root, archive = Path(folder, "rootfs"), Path(folder, "rootfs.tar")
        root.mkdir()
        shared = skeleton(root, interpreter)
        _run([_found("tar"), "--create", "--directory", str(root), "--file", str(archive), "."])
        _run([program, "import", str(archive), IMAGE])
        try:
            mounts = [f"--volume={host}:{host}:ro" for host in shared]
            python = [IMAGE, str(interpreter), "-I", "-c", "pass"]
            yield tuple(
                _subject(
                    " ".join(["docker run", *flags]), [program, "run", "--rm", *flags, *mounts, *python], every=5
                )
                for flags in ([], ["--network=none"])
            )
        finally:
            _run([program, "rmi", "--force", IMAGE])


@contextmanager
def _engine(program: str) -> Iterator[None]:
    """Have an engine answer: the one that there is, or one of our own where we may start it."""
    with ExitStack() as stack:
        try:
            _run([program, "version", "--format", "{{.Server.Version}}"])
        except UnavailableError as error:
            if os.geteuid() != 0 or shutil.which("dockerd") is None:
                raise UnavailableError("no engine answers") from error
            usual = os.environ.get("DOCKER_HOST")
            try:
                private = stack.enter_context(private_engine.engine(networked=True))
            except AssertionError as error:
                raise UnavailableError(f"no engine starts: {error}") from error
            os.environ["DOCKER_HOST"] = private.address
            stack.callback(_restore, "DOCKER_HOST", usual)
        yield


def _restore(name: str, value: str | None) -> None:
    os.environ.pop(name)
    if value is not None:
        os.environ[name] = value
