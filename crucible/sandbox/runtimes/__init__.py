"""Which language environments this host has. Each is declared in a file beside this one; none is assumed.

A declaration says where an interpreter may stand, how to ask it for its version and for the folders that it needs,
and how it compiles and runs a program. Adding a language is adding a file.
"""

import asyncio
import glob
import os
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib import resources
from typing import Any

import structlog

from crucible.domain.errors import SandboxUnavailableError
from crucible.domain.sandbox import RuntimeReport

_PROBE_SECONDS = 60.0
"""Long, as a host that is busy when it starts would otherwise lack a language until it starts again."""
_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """A language environment on this host."""

    report: RuntimeReport
    interpreter: str
    """The real path of the interpreter or compiler, links resolved."""
    prefix: str
    """The folder that holds it and all that it needs besides the system's own libraries; or its image."""
    compile_arguments: tuple[str, ...]
    run_arguments: tuple[str, ...]
    warm: tuple[str, ...] = ()
    """How its interpreter is started to wait for programs; empty where it can't."""
    warm_suffix: str = ""
    """How the name of a program ends that such an interpreter takes."""
    preload: tuple[str, ...] = ()
    """Modules that a program finds imported, where they are installed."""
    preload_where_named: tuple[str, ...] = ()
    """More of them, for programs whose text names them."""
    start_environment: tuple[str, ...] = ()
    """Patterns of variables that an interpreter reads as it starts."""

    def command(self, template: tuple[str, ...], entrypoint: str) -> list[str]:
        """Return the argument list that `template` is for a program."""
        return [part.format(interpreter=self.interpreter, entrypoint=entrypoint) for part in template]


class Runtimes:
    """What was found, by name and by alias."""

    def __init__(self, found: list[Runtime]) -> None:
        self._by_name = {runtime.report.name: runtime for runtime in found}
        self._aliases = {alias: runtime for runtime in found for alias in runtime.report.aliases}

    def __iter__(self) -> Iterator[Runtime]:
        """Iterate over each runtime once."""
        return iter(self._by_name.values())

    def get(self, name: str) -> Runtime | None:
        """Return the runtime that is called so, or None."""
        return self._by_name.get(name) or self._aliases.get(name)


class KnownRuntimes:
    """The runtimes of the host and of its images."""

    def __init__(self, host: Runtimes, images: Mapping[str, Runtimes]) -> None:
        self._host = host
        self._images = images

    def __iter__(self) -> Iterator[Runtime]:
        """Iterate over each runtime once, the host's first."""
        yield from self._host
        for runtimes in self._images.values():
            yield from runtimes

    def find(self, name: str, image: str | None) -> Runtime:
        """Return the host's runtime of that name, or an image's. Raises SandboxUnavailableError."""
        if image is not None and image not in self._images:
            known = ", ".join(self._images) or "none"
            raise SandboxUnavailableError(f"there is no image {image!r}; there are: {known}")
        runtimes = self._host if image is None else self._images[image]
        if runtime := runtimes.get(name):
            return runtime
        known = ", ".join(runtime.report.name for runtime in runtimes) or "none"
        where = " here" if image is None else f" in the image {image}"
        raise SandboxUnavailableError(f"there is no runtime {name!r}{where}; there are: {known}")


async def discover(preferred: str | None = None) -> Runtimes:
    """Ask every interpreter that stands where a declaration says, all at once.

    A language's aliases mean its newest release, or `preferred` where that is one of its runtimes.
    """
    found = await asyncio.gather(*(_probe_all(declaration, preferred) for declaration in declarations()))
    return Runtimes([runtime for runtimes in found for runtime in runtimes])


def declarations() -> list[dict[str, Any]]:
    """Return what is declared of each language, in order of file name."""
    return [
        tomllib.loads(file.read_text())
        for file in sorted(resources.files(__package__).iterdir(), key=lambda file: file.name)
        if file.name.endswith(".toml")
    ]


async def _probe_all(declaration: dict[str, Any], preferred: str | None) -> list[Runtime]:
    """Return the declaration's runtimes, newest first; of two with one name, the newer version."""
    paths = _installed(declaration["candidates"])
    answers = await asyncio.gather(*(_probe(path, declaration) for path in paths))
    return newest_first(filter(None, answers), declaration, preferred)


def newest_first(found: Iterable[Runtime], declaration: dict[str, Any], preferred: str | None) -> list[Runtime]:
    """Return a declaration's runtimes, newest first, with its aliases; of two with one name, the newer version."""
    by_name: dict[str, Runtime] = {}
    for runtime in sorted(found, key=_age, reverse=True):
        by_name.setdefault(runtime.report.name, runtime)
    return _with_aliases(list(by_name.values()), declaration.get("aliases", []), preferred)


def _installed(candidates: list[str]) -> list[str]:
    """Return the real paths of what is there and may be executed."""
    paths = (path for candidate in candidates for path in sorted(glob.glob(_expand(candidate))))
    real = (os.path.realpath(path) for path in paths if not path.endswith("-config"))
    return list(dict.fromkeys(path for path in real if os.access(path, os.X_OK)))


def _expand(candidate: str) -> str:
    return candidate.format(
        own_python=os.path.realpath(sys.executable),
        pyenv=os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv"),
        home=os.path.expanduser("~"),
    )


async def _probe(path: str, declaration: dict[str, Any]) -> Runtime | None:
    """Return the runtime that the interpreter at `path` is; None where it isn't one or doesn't answer."""
    try:
        process = await asyncio.create_subprocess_exec(
            path,
            *declaration["probe"],
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
        )
        output, _ = await asyncio.wait_for(process.communicate(), _PROBE_SECONDS)
    except TimeoutError:
        _log.warning("runtime_left_out", path=path, reason=f"it did not say its version in {_PROBE_SECONDS:.0f} s")
        process.kill()
        await process.wait()
        return None
    except OSError:
        return None
    return runtime_that_answered(path, output, declaration) if process.returncode == 0 else None


def runtime_that_answered(
    path: str, output: bytes, declaration: dict[str, Any], inside: tuple[str, str] | None = None
) -> Runtime | None:
    """Return the runtime whose interpreter printed this when it was probed; None where that is no answer.

    `inside`: the image that it is in, by name and as a prefix.
    """
    lines = output.decode(errors="replace").splitlines()
    if not lines:
        return None
    version = lines[0]
    interpreter, prefix, *lacking = lines[1:] or (path, "/usr")
    major, minor = (*version.split("."), "0")[:2]
    return Runtime(
        report=RuntimeReport(
            name=declaration["name"].format(major=major, minor=minor),
            language=declaration["language"],
            version=version,
            entrypoint=declaration["entrypoint"],
            compiled="compile" in declaration,
            image=inside[0] if inside else None,
            lacking=tuple(lacking),
        ),
        interpreter=interpreter,
        prefix=inside[1] if inside else prefix,
        compile_arguments=tuple(declaration.get("compile", ())),
        run_arguments=tuple(declaration["run"]),
        warm=() if inside or lacking else tuple(declaration.get("warm", ())),
        warm_suffix=declaration.get("warm_suffix", ""),
        preload=tuple(declaration.get("preload", "").split()),
        preload_where_named=tuple(declaration.get("preload_where_named", "").split()),
        start_environment=tuple(declaration.get("start_environment", ())),
    )


def _age(runtime: Runtime) -> tuple[bool, list[int]]:
    """Return what sorts releases by age, and previews (`3.15.0a1`) before all of them."""
    parts = runtime.report.version.split(".")
    return all(part.isdigit() for part in parts), [int(part) for part in parts if part.isdigit()]


def _with_aliases(found: list[Runtime], aliases: list[str], preferred: str | None) -> list[Runtime]:
    names = [runtime.report.name for runtime in found]
    chosen = names.index(preferred) if preferred in names else 0
    return [
        replace(runtime, report=replace(runtime.report, aliases=tuple(aliases))) if place == chosen else runtime
        for place, runtime in enumerate(found)
    ]
