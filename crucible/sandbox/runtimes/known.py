"""The runtimes that were found, by name, each as it is now.

An interpreter may be replaced while we run. Its file is looked at each time that it is found for a program; where
it isn't the one that was asked any more, what is there now is asked instead, since a result names what ran it.
"""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import replace

import structlog

from crucible.domain.errors import SandboxUnavailableError
from crucible.sandbox.runtimes.runtime import Runtime

_log = structlog.stdlib.get_logger(__name__)


class Runtimes:
    """What was found, by name and by alias."""

    def __init__(self, found: list[Runtime]) -> None:
        self._asking = asyncio.Lock()
        self._know(found)

    def _know(self, found: list[Runtime]) -> None:
        self._by_name = {runtime.report.name: runtime for runtime in found}
        self._aliases = {alias: runtime for runtime in found for alias in runtime.report.aliases}

    def __iter__(self) -> Iterator[Runtime]:
        """Iterate over each runtime once."""
        return iter(self._by_name.values())

    def get(self, name: str) -> Runtime | None:
        """Return the runtime that is called so, or None."""
        return self._by_name.get(name) or self._aliases.get(name)

    async def ask_anew(self, replaced: Runtime) -> None:
        """Know what stands now where this one stood, by the name that it has now and the same aliases.

        Raises SandboxUnavailableError where that is no runtime, as it may be in the midst of an upgrade.
        """
        origin = replaced.origin
        async with self._asking:
            if origin is None or not any(one is replaced for one in self):  # somebody else has asked meanwhile
                return
            found = await origin.ask()
            if found is None:
                raise SandboxUnavailableError(
                    f"the runtime {replaced.report.name!r} was replaced, "
                    f"and {origin.path} does not say its version now"
                )
            _log.warning("runtime_replaced", path=origin.path, was=replaced.release(), now=found.release())
            found = replace(found, report=replace(found.report, aliases=replaced.report.aliases))
            self._know([found if one is replaced else one for one in self])


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

    async def find(self, name: str, image: str | None) -> Runtime:
        """Return the host's runtime of that name, or an image's, as it is now. Raises SandboxUnavailableError."""
        runtimes = self._where(image)
        found = _named(name, runtimes, image)
        if found.origin is None or not found.origin.is_replaced:
            return found
        await runtimes.ask_anew(found)
        return _named(name, runtimes, image)

    def _where(self, image: str | None) -> Runtimes:
        if image is not None and image not in self._images:
            known = ", ".join(self._images) or "none"
            raise SandboxUnavailableError(f"there is no image {image!r}; there are: {known}")
        return self._host if image is None else self._images[image]


def _named(name: str, runtimes: Runtimes, image: str | None) -> Runtime:
    if runtime := runtimes.get(name):
        return runtime
    known = ", ".join(runtime.report.name for runtime in runtimes) or "none"
    where = " here" if image is None else f" in the image {image}"
    raise SandboxUnavailableError(f"there is no runtime {name!r}{where}; there are: {known}")
