"""A container engine on this machine: what is asked of it, one method a verb of its API.

The API is Docker's, which other engines speak as well. Its version is negotiated once: the newest that both know.
Only a Unix socket is spoken to. Whoever may talk to an engine is root on its machine, and a sandbox's mounts,
groups and processes have to be on ours: an engine across a network can't be asked for either.
"""

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any, Final, Self
from urllib.parse import quote

from crucible.sandbox.docker.http import EngineRefusedError, EngineUnreachableError, Socket

_OLDEST: Final = (1, 41)
"""What Docker 20.10 speaks: private cgroup namespaces, options of temporary file systems."""
_NEWEST: Final = (1, 55)
"""What Docker 29.7 speaks, the newest engine that was tried."""
_SECONDS = 30.0
"""How long an engine under load may take for an answer; starting a container takes it a third of a second."""
_QUICK_SECONDS = 5.0
_IMPORT_SECONDS = 600.0
_NOT_FOUND = 404
_CONFLICT = 409


@dataclass(frozen=True, slots=True)
class About:
    """What an engine says of itself."""

    release: str
    kernel: str
    cgroup_version: int
    cgroup_driver: str
    """Who makes its containers' groups: `cgroupfs` itself, `systemd`, or `none`: they have none then."""
    runtimes: dict[str, str]
    """By name, the program of each."""
    security: tuple[str, ...]
    """`userns`, `rootless`, `seccomp`, `apparmor`, ..."""
    platform: str
    """`Docker Desktop` where it lives in a virtual machine."""
    missing: tuple[str, ...]
    """Limits that its containers can't have."""

    @property
    def is_rootless(self) -> bool:
        """Whether it runs as an ordinary user."""
        return "rootless" in self.security

    @property
    def is_remapped(self) -> bool:
        """Whether a container's root is another one than the host's."""
        return self.gives_user_namespaces or self.is_rootless

    @property
    def gives_user_namespaces(self) -> bool:
        """Whether each container has a user namespace of its own; a rootless engine has all of them in its own."""
        return "userns" in self.security


class AddressError(ValueError):
    """There is no socket at which an engine can be spoken to; the message says what mends it."""


def address() -> str:
    """Return the path of the engine's socket: DOCKER_HOST's, or a usual one. Raises AddressError."""
    if named := os.environ.get("DOCKER_HOST"):
        scheme, _, path = named.partition("://")
        if scheme != "unix" or not path.startswith("/"):
            raise AddressError(
                f"DOCKER_HOST is {named!r}: only an engine on this machine can be used; "
                "export DOCKER_HOST=unix:///var/run/docker.sock"
            )
        return path
    runtime_folder = os.environ.get("XDG_RUNTIME_DIR")
    usual = [
        "/var/run/docker.sock",
        *([f"{runtime_folder}/docker.sock"] if runtime_folder else []),
        os.path.expanduser("~/.docker/run/docker.sock"),
    ]
    return next((path for path in usual if os.path.exists(path)), usual[0])


class Engine:
    """An engine that answered. Make one with `connect`."""

    def __init__(self, socket: Socket, version: str) -> None:
        self._socket = socket
        self._base = f"/v{version}"

    @classmethod
    async def connect(cls, path: str) -> Self:
        """Return the engine that listens there. Raises EngineUnreachableError, EngineRefusedError.

        It is asked for its version as Docker's own client asks. `/version` would name the oldest that it speaks,
        too, but rootless engines of 28 and 29 whose network is the host's hang up on whoever asks for that. One
        that speaks nothing as old as this driver says so with the first thing it is asked.
        """
        socket = Socket(path)
        said = await socket.headers("/_ping", seconds=_QUICK_SECONDS)
        try:
            newest = _version(said["api-version"])
        except (KeyError, ValueError):
            raise EngineUnreachableError(f"what answers on {path} names no version of Docker's API") from None
        if newest < _OLDEST:
            raise EngineUnreachableError(
                f"the engine speaks no newer API than {_dotted(newest)}, this driver none older than "
                f"{_dotted(_OLDEST)}: use Docker 20.10 or later"
            )
        return cls(socket, _dotted(min(newest, _NEWEST)))

    async def about(self) -> About:
        """Return what the engine says of itself and of its machine."""
        info = await self._ask("GET", "/info")
        enforced = {"memory": "MemoryLimit", "swap": "SwapLimit", "processes": "PidsLimit", "cpus": "CpuCfsQuota"}
        with _as_the_api_says():
            return About(
                release=str(info.get("ServerVersion")),
                kernel=str(info.get("KernelVersion")),
                cgroup_version=int(info.get("CgroupVersion") or 1),
                cgroup_driver=str(info.get("CgroupDriver")),
                runtimes={name: said.get("path", name) for name, said in (info.get("Runtimes") or {}).items()},
                security=tuple(
                    str(option).split(",")[0].removeprefix("name=") for option in info.get("SecurityOptions") or ()
                ),
                platform=str(info.get("OperatingSystem")),
                missing=tuple(limit for limit, field in enforced.items() if not info.get(field)),
            )

    async def has_image(self, name: str) -> bool:
        """Tell whether an image of this name is there."""
        try:
            await self._ask("GET", f"/images/{quote(name)}/json")
        except EngineRefusedError as error:
            if error.status == _NOT_FOUND:
                return False
            raise
        return True

    async def import_image(self, repository: str, tag: str, archive: AsyncIterator[bytes]) -> None:
        """Make an image of one layer from a tar archive."""
        query = {"fromSrc": "-", "repo": repository, "tag": tag}
        for line in await self._socket.send(
            f"{self._base}/images/create", query, archive, seconds=_IMPORT_SECONDS
        ):
            with _as_the_api_says():
                error = line.get("errorDetail") or {}
                message = error.get("message")
            if error:
                raise EngineRefusedError(0, f"the image {repository}:{tag} could not be imported: {message}")

    async def create(self, name: str, configuration: dict[str, Any]) -> str:
        """Make a container; return its id."""
        made = await self._ask("POST", "/containers/create", {"name": name}, configuration)
        with _as_the_api_says():
            return str(made["Id"])

    async def attach(self, container: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Return the container's output, in frames that name the stream, and its input."""
        query = {"stream": "1", "stdin": "1", "stdout": "1", "stderr": "1"}
        return await self._socket.upgrade(f"{self._base}/containers/{container}/attach", query, seconds=_SECONDS)

    async def start(self, container: str) -> None:
        """Start a container that was made."""
        await self._ask("POST", f"/containers/{container}/start")

    async def process(self, container: str) -> int:
        """Return the id of its process 1, as the engine's machine counts."""
        found = await self._ask("GET", f"/containers/{container}/json")
        with _as_the_api_says():
            return int(found["State"]["Pid"])

    async def statistics(self, container: str) -> dict[str, Any]:
        """Return its counters, read once."""
        query = {"stream": "0", "one-shot": "1"}
        found: dict[str, Any] = await self._ask("GET", f"/containers/{container}/stats", query)
        return found

    async def kill(self, container: str) -> None:
        """Kill all of it; nothing where it ended already."""
        try:
            await self._ask("POST", f"/containers/{container}/kill")
        except EngineRefusedError as error:
            if error.status not in {_NOT_FOUND, _CONFLICT}:
                raise

    async def remove(self, container: str) -> bool:
        """Kill and remove it; False while the engine is still at it."""
        try:
            await self._ask("DELETE", f"/containers/{container}", {"force": "1", "v": "1"})
        except EngineRefusedError as error:
            if error.status != _CONFLICT:
                return error.status == _NOT_FOUND
            return False
        return True

    async def containers(self, label: str) -> dict[str, dict[str, str]]:
        """Return every container with a label, running or not, and its labels."""
        query = {"all": "1", "filters": _filters(label=label)}
        found = await self._ask("GET", "/containers/json", query)
        with _as_the_api_says():
            return {str(container["Id"]): dict(container["Labels"]) for container in found}

    async def events(self, label: str, listening: asyncio.Event) -> AsyncGenerator[tuple[str, str]]:
        """Yield container and action (`die`, `oom`, `destroy`) as they happen to those with the label.

        From when `listening` is set nothing is missed.
        """
        query = {"filters": _filters(label=label, type="container")}
        async with contextlib.aclosing(
            self._socket.follow(f"{self._base}/events", query, listening, seconds=_SECONDS)
        ) as events:
            async for event in events:
                with _as_the_api_says():
                    container, action = str(event["Actor"]["ID"]), str(event["Action"])
                yield container, action

    async def _ask(
        self, method: str, target: str, query: dict[str, str] | None = None, content: Any = None
    ) -> Any:
        return await self._socket.request(method, self._base + target, query, content, seconds=_SECONDS)


@contextlib.contextmanager
def _as_the_api_says() -> Iterator[None]:
    """Take an answer apart. Raises EngineUnreachableError where it is made otherwise, as no engine's would be."""
    try:
        yield
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise EngineUnreachableError(
            f"what answers speaks no API of Docker's: {type(error).__name__}: {error}"
        ) from error


def _version(text: str) -> tuple[int, int]:
    major, minor = text.split(".")[:2]
    return int(major), int(minor)


def _dotted(version: tuple[int, int]) -> str:
    return f"{version[0]}.{version[1]}"


def _filters(**values: str) -> str:
    return json.dumps({name: [value] for name, value in values.items()})
