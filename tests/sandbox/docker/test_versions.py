"""Which version of its API an engine is asked for, and which engine is refused for what it says of itself.

A fake stands for engines: it answers as they do whom they speak with and what they are, and hangs up on all else.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from crucible.domain.errors import SandboxUnavailableError
from crucible.sandbox.docker.driver import DockerDriver
from crucible.sandbox.docker.engine import Engine
from crucible.sandbox.docker.http import EngineUnreachableError

Speaking = Callable[..., Awaitable[str]]
LIMITS = {"MemoryLimit": True, "SwapLimit": True, "PidsLimit": True, "CpuCfsQuota": True}
ROOTLESS = {"SecurityOptions": ["name=seccomp,profile=builtin", "name=rootless"]}


@pytest.fixture
async def speaking(tmp_path: Path) -> AsyncIterator[Speaking]:
    """Provide what starts an engine that speaks versions from one to another, and says this of itself."""
    async with AsyncExitStack() as servers:

        async def start(oldest: str, newest: str, info: dict[str, object] | None = None) -> str:
            async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                target = (await reader.readuntil(b"\r\n\r\n")).split()[1].decode()
                if found := _answer(target, oldest, newest, info or {}):
                    status, body = found
                    head = f"HTTP/1.1 {status} x\r\nApi-Version: {newest}\r\nContent-Length: {len(body)}"
                    writer.write(f"{head}\r\n\r\n{body}".encode())
                writer.close()

            path = str(tmp_path / "engine.sock")
            await servers.enter_async_context(await asyncio.start_unix_server(answer, path))
            return path

        yield start


def _answer(target: str, oldest: str, newest: str, info: dict[str, object]) -> tuple[int, str] | None:
    if target == "/_ping":
        return 200, "OK"
    version = target.split("/")[1].removeprefix("v")
    if _number(version) < _number(oldest):
        words = f"client version {version} is too old. Minimum supported API version is {oldest}"
        return 400, json.dumps({"message": words})
    if _number(version) > _number(newest):
        words = f"client version {version} is too new. Maximum supported API version is {newest}"
        return 400, json.dumps({"message": words})
    if target == f"/v{version}/info":
        return 200, json.dumps({"ServerVersion": "fake", **info})
    return None


def _number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


@pytest.mark.parametrize(
    ("oldest", "newest"),
    [
        pytest.param("1.12", "1.41", id="20.10"),
        pytest.param("1.12", "1.43", id="24.0"),
        pytest.param("1.24", "1.44", id="25.0"),
        pytest.param("1.24", "1.51", id="28.5"),
        pytest.param("1.44", "1.52", id="29.0"),
        pytest.param("1.40", "1.55", id="29.7"),
        pytest.param("1.44", "1.99", id="a later one"),
    ],
)
async def test_an_engine_is_asked_for_a_version_that_it_speaks(
    speaking: Speaking, oldest: str, newest: str
) -> None:
    engine = await Engine.connect(await speaking(oldest, newest))
    assert (await engine.about()).release == "fake"


async def test_an_engine_that_is_too_old_is_named_with_the_first_that_is_not(speaking: Speaking) -> None:
    path = await speaking("1.12", "1.40")
    with pytest.raises(EngineUnreachableError, match=r"no newer API than 1\.40.*use Docker 20\.10 or later"):
        await Engine.connect(path)


async def test_an_engine_that_speaks_nothing_as_old_as_this_driver_says_so(
    speaking: Speaking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{await speaking('1.98', '1.99')}")
    with pytest.raises(SandboxUnavailableError, match=r"is too old\. Minimum supported API version is 1\.98"):
        await DockerDriver.open()


async def test_what_names_no_version_is_no_engine(speaking: Speaking) -> None:
    path = await speaking("1.12", "none")
    with pytest.raises(EngineUnreachableError, match="names no version of Docker's API"):
        await Engine.connect(path)


@pytest.mark.parametrize(
    ("info", "lacks", "mended_by"),
    [
        pytest.param(
            LIMITS | {"CgroupDriver": "cgroupfs", "PidsLimit": False},
            {"processes"},
            "cgroup_enable=memory",
            id="a kernel that was built or booted without",
        ),
        pytest.param(
            ROOTLESS | {"CgroupDriver": "none", "CgroupVersion": "1"},
            {"memory", "processes", "cpus"},
            "systemd.unified_cgroup_hierarchy=1",
            id="rootless on cgroup v1",
        ),
        pytest.param(
            ROOTLESS | {"CgroupDriver": "none", "CgroupVersion": "2"},
            {"memory", "processes", "cpus"},
            "systemctl --user restart docker",
            id="rootless without the user's systemd",
        ),
        pytest.param(
            LIMITS | ROOTLESS | {"CgroupDriver": "systemd", "CgroupVersion": "2", "CpuCfsQuota": False},
            {"cpus"},
            r"Delegate=cpu cpuset io memory pids\n' | sudo install",
            id="rootless without a controller",
        ),
    ],
)
async def test_an_engine_without_a_limit_is_refused_with_what_mends_it(
    speaking: Speaking, monkeypatch: pytest.MonkeyPatch, info: dict[str, object], lacks: set[str], mended_by: str
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{await speaking('1.24', '1.51', info)}")
    with pytest.raises(SandboxUnavailableError) as caught:
        await DockerDriver.open()
    lacking, _, why = caught.value.detail.partition(": ")
    assert lacks <= set(lacking.split(" in ")[1].split(", "))
    assert mended_by in why
