"""The engines that a caller may name, and which one a program gets.

Each is opened when it is first needed, so that a host pays for none that nobody asks for, and what can't be opened
is tried again a minute later, not with every program. What a program asked for is what it gets, or it is refused
with the reason: no engine stands in for another in silence.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from crucible.domain.errors import SandboxUnavailableError
from crucible.domain.sandbox import AUTO_ENGINE, ENGINE_ISOLATION, DriverReport, Isolation, SandboxSpec
from crucible.sandbox.container_tools import CRUN, GVISOR, RUNC, Tool
from crucible.sandbox.driver import Driver

DEFAULT: Final = "namespaces"
_RETRY_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Engine:
    """A way to isolate that a caller can name."""

    isolation: Isolation
    driver: str
    open: Callable[[], Awaitable[Driver]]
    """Raises SandboxUnavailableError, saying what mends it."""


async def _open_namespaces() -> Driver:
    from crucible.sandbox.namespaces.driver import NamespacesDriver  # noqa: PLC0415 - only where it is used

    return await NamespacesDriver.open()


def _open_docker(engine: str) -> Callable[[], Awaitable[Driver]]:
    async def open_it() -> Driver:
        from crucible.sandbox.docker.driver import DockerDriver  # noqa: PLC0415 - only where it is used

        return await DockerDriver.open(engine)

    return open_it


def _open_oci(tool: Tool) -> Callable[[], Awaitable[Driver]]:
    async def open_it() -> Driver:
        from crucible.sandbox.oci.driver import OciDriver  # noqa: PLC0415 - only where it is used

        return await OciDriver.open(tool)

    return open_it


ENGINES: Final[Mapping[str, Engine]] = {
    "gvisor": Engine(ENGINE_ISOLATION["gvisor"], "oci", _open_oci(GVISOR)),
    "docker-gvisor": Engine(ENGINE_ISOLATION["docker-gvisor"], "docker", _open_docker("docker-gvisor")),
    "namespaces": Engine(ENGINE_ISOLATION["namespaces"], "namespaces", _open_namespaces),
    "crun": Engine(ENGINE_ISOLATION["crun"], "oci", _open_oci(CRUN)),
    "runc": Engine(ENGINE_ISOLATION["runc"], "oci", _open_oci(RUNC)),
    "docker": Engine(ENGINE_ISOLATION["docker"], "docker", _open_docker("docker")),
}
"""Every engine there is. Of those with one isolation, the first one is the strongest."""


class Engines:
    """The engines of this host. Use it as an asynchronous context manager, or `close` it."""

    def __init__(self, default: str = DEFAULT, engines: Mapping[str, Engine] = ENGINES) -> None:
        if default not in {*engines, AUTO_ENGINE}:
            raise SandboxUnavailableError(
                f"there is no engine {default!r}; there are: {', '.join(engines)}, {AUTO_ENGINE}"
            )
        self._default = default
        self._engines = engines
        self._opened: dict[str, Driver] = {}
        self._failures: dict[str, tuple[float, SandboxUnavailableError]] = {}
        self._seen: dict[str, DriverReport] = {}
        self._survey: asyncio.Task[tuple[DriverReport, ...]] | None = None
        self._closing = False
        self._locks = {name: asyncio.Lock() for name in engines}

    async def choose(self, spec: SandboxSpec, *, to_stay: bool = False) -> Driver:
        """Return the driver that is to run a program. Raises SandboxUnavailableError.

        `to_stay`: where the choice is ours, of those alone that have sessions.
        """
        name = spec.engine or self._default
        if name == AUTO_ENGINE or (spec.engine is None and not self._satisfies(name, spec.minimum_isolation)):
            return await self._strongest(spec.minimum_isolation, to_stay=to_stay)
        if name not in self._engines:
            raise SandboxUnavailableError(f"there is no engine {name!r}; there are: {', '.join(self._engines)}")
        if not self._satisfies(name, spec.minimum_isolation):
            raise SandboxUnavailableError(
                f"the engine {name} gives {self._engines[name].isolation}, less than the {spec.minimum_isolation} "
                f"that is asked for; there are: {self._offered()}"
            )
        return await self.open(name)

    async def open(self, name: str) -> Driver:
        """Return an engine's driver, opening it where that was not done. Raises SandboxUnavailableError."""
        async with self._locks[name]:
            if name not in self._opened:
                self._opened[name] = await self._try_to_open(name)
            return self._opened[name]

    async def _try_to_open(self, name: str) -> Driver:
        failed_at, error = self._failures.get(name, (0.0, None))
        if error is not None and time.monotonic() < failed_at + _RETRY_SECONDS:
            raise error
        try:
            return await self._engines[name].open()
        except SandboxUnavailableError as failure:
            self._failures[name] = (time.monotonic(), failure)
            self._seen.pop(name, None)
            raise

    async def reports(self) -> tuple[DriverReport, ...]:
        """Return what each engine does here, or why it can't.

        What nobody needed until now is opened for a look and closed again; what was seen to work once is taken to
        work until it is needed, and what didn't is looked at again. Who is cancelled stops no look: an engine that
        is half open would leave something behind.
        """
        if self._survey is None:
            self._survey = asyncio.create_task(self._look())
            self._survey.add_done_callback(lambda _: setattr(self, "_survey", None))
        return await asyncio.shield(self._survey)

    async def _look(self) -> tuple[DriverReport, ...]:
        reports = [await self._report(name) for name in self._engines if not self._closing]
        default = self._default
        if default == AUTO_ENGINE:
            default = next(
                (report.engine for report in self._by_strength(reports) if report.available), AUTO_ENGINE
            )
        return tuple(replace(report, default=report.engine == default) for report in reports)

    async def close(self) -> None:
        """End whatever runs in any of them and leave nothing behind."""
        self._closing = True
        if self._survey is not None:
            await self._survey
        while self._opened:
            _, driver = self._opened.popitem()
            await driver.close()

    async def _report(self, name: str) -> DriverReport:
        engine = self._engines[name]
        async with self._locks[name]:
            if driver := self._opened.get(name):
                return driver.report()
            if name in self._seen:
                return self._seen[name]
            try:
                driver = await self._try_to_open(name)
            except SandboxUnavailableError as error:
                return DriverReport(
                    engine=name,
                    driver=engine.driver,
                    available=False,
                    isolation=engine.isolation,
                    missing={"engine": error.detail},
                )
            self._seen[name] = driver.report()
            await driver.close()
            return self._seen[name]

    @staticmethod
    def _by_strength(reports: Iterable[DriverReport]) -> list[DriverReport]:
        tiers = list(Isolation)
        return sorted(reports, key=lambda report: tiers.index(report.isolation), reverse=True)

    async def _strongest(self, minimum: Isolation, *, to_stay: bool) -> Driver:
        reasons: list[str] = []
        for tier in reversed(Isolation):
            for name in self._engines:
                if self._engines[name].isolation is not tier or not tier.satisfies(minimum):
                    continue
                try:
                    driver = await self.open(name)
                except SandboxUnavailableError as error:
                    reasons.append(f"{name}: {error.detail}")
                    continue
                report = driver.report()
                if report.sessions or not to_stay:
                    return driver
                reasons.append(f"{name} has no sessions: {report.missing.get('sessions', 'it can not have any')}")
        raise SandboxUnavailableError(
            f"no engine here gives {minimum} or more{' and has sessions' if to_stay else ''}; "
            f"there are: {self._offered()}" + "".join(f"; {reason}" for reason in reasons)
        )

    def _offered(self) -> str:
        """Return, in words, every engine and what it gives."""
        return ", ".join(f"{name} ({engine.isolation})" for name, engine in self._engines.items())

    def _satisfies(self, name: str, minimum: Isolation) -> bool:
        return name in self._engines and self._engines[name].isolation.satisfies(minimum)


@contextlib.asynccontextmanager
async def opened(default: str = DEFAULT) -> AsyncIterator[Engines]:
    """Provide this host's engines with the default one open, and close them. Raises SandboxUnavailableError."""
    engines = Engines(default)
    try:
        await engines.choose(SandboxSpec(runtime=""))
        yield engines
    finally:
        await engines.close()
