"""Which language environments this host has. Each is declared in a file beside this one; none is assumed.

A declaration says where an interpreter may stand, how to ask it for its version and for the folders that it needs,
and how it compiles and runs a program. Adding a language is adding a file.
"""

import asyncio
import glob
import os
import re
import sys
import tomllib
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from importlib import resources
from typing import Any

import structlog

from crucible.domain.sandbox import RuntimeReport
from crucible.sandbox.asking import ask
from crucible.sandbox.runtimes.known import KnownRuntimes, Runtimes
from crucible.sandbox.runtimes.replaced import FileState
from crucible.sandbox.runtimes.runtime import Runtime, from_file

__all__ = [
    "KnownRuntimes",
    "Runtime",
    "Runtimes",
    "declarations",
    "discover",
    "newest_first",
    "runtime_that_answered",
]

_PROBE_SECONDS = 60.0
"""Long, as a host that is busy when it starts would otherwise lack a language until it starts again."""
_VERSION = re.compile(r"[0-9][0-9A-Za-z.+~-]{0,63}")
"""What may be one: it goes into records, and an image's interpreter answers what it likes."""
_log = structlog.stdlib.get_logger(__name__)


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
    before = FileState.of(path)
    try:
        code, output = await ask(
            [path, *declaration["probe"]],
            seconds=_PROBE_SECONDS,
            environment={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
        )
    except TimeoutError:
        _log.warning("runtime_left_out", path=path, reason=f"it did not say its version in {_PROBE_SECONDS:.0f} s")
        return None
    except OSError:
        return None
    found = runtime_that_answered(path, output, declaration) if code == 0 else None
    return found and from_file(found, path, before, partial(_probe, path, declaration))


def runtime_that_answered(
    path: str, output: bytes, declaration: dict[str, Any], inside: tuple[str, str] | None = None
) -> Runtime | None:
    """Return the runtime whose interpreter printed this when it was probed; None where that is no answer.

    `inside`: the image that it is in, by name and as a prefix.
    """
    lines = output.decode(errors="replace").splitlines()
    if not lines or not _VERSION.fullmatch(lines[0]):
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
        product=declaration["product"],
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
