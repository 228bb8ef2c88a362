"""Which language environments an image has. Its programs are asked inside of a sandbox, and never on the host.

Where one may stand is a question of names, which are looked up in the image's folder; an answer that is wrong, as
one through a link that leads out of it is, finds nothing in the sandbox.
"""

import asyncio
import glob
from collections.abc import Mapping
from functools import partial
from typing import Any

import structlog

from crucible.domain.limits import Limits
from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import RuntimeReport, SandboxEvent, SandboxOutput, SandboxSpec
from crucible.sandbox.driver import Driver
from crucible.sandbox.images import MARK, Images
from crucible.sandbox.runtimes.declared import declarations, newest_first, runtime_that_answered
from crucible.sandbox.runtimes.known import Runtimes
from crucible.sandbox.runtimes.replaced import FileState
from crucible.sandbox.runtimes.runtime import Runtime, from_file

_log = structlog.stdlib.get_logger(__name__)
_LIMITS = Limits(wall_seconds=10.0, output_bytes=4096)
_IMAGE_SECONDS = 30.0
"""For how long an image is asked; meanwhile no program runs, and its interpreters are whatever a stranger made."""
_HOSTS_OWN = "{"
"""Begins the candidates that only a host can have."""
_MOST_CANDIDATES = 16


async def discover_in(images: Images, driver: Driver) -> Mapping[str, Runtimes]:
    """Return the runtimes of each image, found with an engine that works here."""
    names = images.names()
    found = await asyncio.gather(*(_discover(name, images.prefix(name), driver) for name in names))
    return dict(zip(names, found, strict=True))


async def _discover(image: str, prefix: str, driver: Driver) -> Runtimes:
    folder = prefix.removeprefix(MARK)
    patience = asyncio.get_running_loop().time() + _IMAGE_SECONDS
    found: list[Runtime] = []
    for declaration in declarations():
        answers = []
        for path in _candidates(folder, declaration["candidates"])[:_MOST_CANDIDATES]:
            if asyncio.get_running_loop().time() > patience:
                _log.warning("runtime_left_out", image=image, path=path, reason="the image took too long before")
            else:
                answers.append(await _ask(image, prefix, path, declaration, driver))
        found += newest_first(filter(None, answers), declaration, None)
    return Runtimes(found)


def _candidates(folder: str, candidates: list[str]) -> list[str]:
    """Return the absolute paths, as the image sees them, that may be interpreters."""
    patterns = [candidate.lstrip("/") for candidate in candidates if not candidate.startswith(_HOSTS_OWN)]
    names = [name for pattern in patterns for name in sorted(glob.glob(pattern, root_dir=folder))]
    return list(dict.fromkeys(f"/{name}" for name in names if not name.endswith("-config")))


async def _ask(image: str, prefix: str, path: str, declaration: dict[str, Any], driver: Driver) -> Runtime | None:
    """Return the runtime that the interpreter at `path` of an image is; None where it isn't one."""
    folder = prefix.removeprefix(MARK)
    before = FileState.of(path, folder)
    printed = bytearray()

    async def keep(event: SandboxEvent) -> None:
        if isinstance(event, SandboxOutput) and event.stream == "stdout":
            printed.extend(event.data)

    asked = Runtime(
        report=RuntimeReport(name="", language="", version="", entrypoint="question", image=image),
        interpreter=path,
        prefix=prefix,
        compile_arguments=(),
        run_arguments=tuple(part.replace("{", "{{").replace("}", "}}") for part in (path, *declaration["probe"])),
    )
    spec = SandboxSpec(runtime="", code="", limits=_LIMITS, image=image, fresh=True)
    finished = await driver.run(spec, asked, keep, asyncio.Event())
    if finished.outcome is not Outcome.SUCCEEDED:
        return None
    found = runtime_that_answered(path, bytes(printed), declaration, (image, prefix))
    again = partial(_ask, image, prefix, path, declaration, driver)
    return found and from_file(found, path, before, again, folder)
