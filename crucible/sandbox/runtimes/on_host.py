"""Which language environments this host has: none is assumed, each interpreter is asked."""

import asyncio
import glob
import os
import sys
from functools import partial
from typing import Any

import structlog

from crucible.sandbox.asking import ask
from crucible.sandbox.plan import WRITABLE
from crucible.sandbox.runtimes.declared import declarations, newest_first, runtime_that_answered
from crucible.sandbox.runtimes.known import Runtimes
from crucible.sandbox.runtimes.replaced import FileState
from crucible.sandbox.runtimes.runtime import Runtime, from_file

_PROBE_SECONDS = 60.0
"""Long, as a host that is busy when it starts would otherwise lack a language until it starts again."""
_log = structlog.stdlib.get_logger(__name__)


async def discover(preferred: str | None = None) -> Runtimes:
    """Ask every interpreter that stands where a declaration says, all at once.

    A language's aliases mean its newest release, or `preferred` where that is one of its runtimes.
    """
    found = await asyncio.gather(*(_probe_all(declaration, preferred) for declaration in declarations()))
    return Runtimes([runtime for runtimes in found for runtime in runtimes])


async def _probe_all(declaration: dict[str, Any], preferred: str | None) -> list[Runtime]:
    """Return the declaration's runtimes, newest first; of two with one name, the newer version."""
    paths = _installed(declaration["candidates"])
    answers = await asyncio.gather(*(_probe(path, declaration) for path in paths))
    return newest_first(filter(None, answers), declaration, preferred)


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
    if found and (cover := _covering(found.prefix)):
        reason = f"it is installed below {cover}, where a sandbox has a folder of its own; install it elsewhere"
        _log.warning("runtime_left_out", path=path, reason=reason)
        return None
    return found and from_file(found, path, before, partial(_probe, path, declaration))


def _covering(prefix: str) -> str | None:
    """Return the folder of the sandbox's own that hides what is installed here; None where it is to be seen."""
    return next((folder for folder in WRITABLE if f"{prefix}/".startswith(f"{folder}/")), None)
