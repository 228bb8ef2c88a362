"""Tools that are missing, broken, hang or leave something running: each is said, and nothing is left of any."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from crucible.domain.errors import SandboxUnavailableError
from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import SandboxEvent, SandboxSpec, SandboxStarted
from crucible.sandbox import container_tools
from crucible.sandbox.container_tools import GVISOR, RUNC, Found, Tool
from crucible.sandbox.oci import driver as oci
from crucible.sandbox.oci.driver import OciDriver
from crucible.sandbox.runtimes.on_host import discover
from tests.sandbox import host

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.skipif(os.geteuid() != 0, reason="containers are made as root here"),
]
Script = Callable[[Tool, str], Tool]


@pytest.fixture
def scripted(tmp_path: Path) -> Script:
    """Return the tool with a script in its place, which finds the real one in $real."""

    def make(tool: Tool, body: str) -> Tool:
        path = tmp_path / tool.program
        real = shutil.which(tool.program, path=container_tools.PATH)
        path.write_text(
            f'#!/bin/sh\nreal={real}\nif [ "$1" = --version ]; then echo fake version 1; exit; fi\n{body}\n'
        )
        path.chmod(0o755)
        return replace(tool, program=str(path))

    return make


@pytest_asyncio.fixture(loop_scope="session", autouse=True)
async def nothing_left_of_it() -> AsyncIterator[None]:
    before = await at_rest()
    yield
    for _ in range(200):
        if not host.traces() - before:
            break
        await asyncio.sleep(0.02)
    assert host.traces() - before == set()


async def at_rest() -> set[str]:
    """Return what is there once that no longer changes: a pool that other tests share fills up when it pleases."""
    before: set[str] = set()
    while (now := host.traces()) != before:
        before = now
        await asyncio.sleep(1)
    return now


async def run(
    driver: OciDriver, code: str, started: Callable[[], None] = lambda: None
) -> tuple[Outcome, str | None]:
    """Run a program; call `started` when it runs."""

    async def take(event: SandboxEvent) -> None:
        if isinstance(event, SandboxStarted):
            started()

    found = (await discover()).get("python")
    assert found is not None
    finished = await driver.run(SandboxSpec(runtime="python", code=code), found, take, asyncio.Event())
    return finished.outcome, finished.error


async def test_a_tool_that_is_not_installed_is_named_with_what_installs_it() -> None:
    with pytest.raises(SandboxUnavailableError, match="no-such-tool is not installed; sudo apt-get install runc"):
        await OciDriver.open(replace(RUNC, program="no-such-tool"))


async def test_a_tool_that_can_not_say_its_version_is_broken(tmp_path: Path) -> None:
    path = tmp_path / "runsc"
    path.write_text("#!/bin/sh\necho 'Segmentation fault'; exit 139\n")
    path.chmod(0o755)
    with pytest.raises(SandboxUnavailableError, match="--version ended with 139; install it again"):
        await OciDriver.open(replace(GVISOR, program=str(path)))


async def test_a_tool_that_is_no_program_is_broken(tmp_path: Path) -> None:
    path = tmp_path / "runsc"
    path.write_bytes(b"\x7fELF\0")
    path.chmod(0o755)
    with pytest.raises(SandboxUnavailableError, match="Exec format error; install it again"):
        await OciDriver.open(replace(GVISOR, program=str(path)))


async def test_a_tool_that_does_not_answer_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(container_tools, "ANSWER_SECONDS", 0.3)
    path = tmp_path / "runsc"
    path.write_text("#!/bin/sh\nexec sleep 1000\n")
    path.chmod(0o755)
    with pytest.raises(SandboxUnavailableError, match="did not answer within"):
        await OciDriver.open(replace(GVISOR, program=str(path)))


async def test_a_tool_that_fails_is_quoted_and_what_it_left_running_ended(scripted: Script) -> None:
    tool = scripted(
        RUNC,
        'while [ "$1" != --log ]; do shift; done; echo "no such luck" > "$2"\n'
        "setsid sleep 1000 & sleep 0.1; exit 5",
    )
    with pytest.raises(SandboxUnavailableError, match="exit code 5: no such luck"):
        await OciDriver.open(tool)


async def test_a_tool_that_hangs_over_a_container_is_ended(
    scripted: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oci, "BUILDING_SECONDS", 0.5)
    with pytest.raises(SandboxUnavailableError, match=r"did not stand within 0\.5 s"):
        await OciDriver.open(scripted(RUNC, "sleep 1000"))


async def test_a_tool_that_breaks_later_fails_the_run_and_not_the_executor(scripted: Script) -> None:
    flag = Path(scripted(RUNC, "").program).parent / "broken"
    tool = scripted(RUNC, f'[ -e {flag} ] && exit 1; exec "$real" "$@"')
    driver = await OciDriver.open(tool, spares=0)
    try:
        assert (await run(driver, "pass"))[0] is Outcome.SUCCEEDED
        flag.touch()
        outcome, error = await run(driver, "pass")
        assert outcome is Outcome.SANDBOX_ERROR
        assert "no sandbox could be made: OSError: runc made no container: exit code 1" in (error or "")
        flag.unlink()
        assert (await run(driver, "pass"))[0] is Outcome.SUCCEEDED
    finally:
        await driver.close()


async def test_gvisor_takes_the_next_platform_where_the_best_does_not_work(scripted: Script) -> None:
    tool = scripted(
        GVISOR, 'case "$*" in *--platform=systrap*) echo "no systrap" >&2; exit 1;; esac; exec "$real" "$@"'
    )
    driver = await OciDriver.open(tool, spares=0)
    try:
        assert driver.report().enforces["container"].endswith(", ptrace")
        assert (await run(driver, "print(1)"))[0] is Outcome.SUCCEEDED
    finally:
        await driver.close()


async def test_a_launcher_that_was_killed_takes_its_containers_along_and_is_started_again() -> None:
    driver = await OciDriver.open(RUNC, spares=0)
    try:
        killed = await run(driver, "import time; time.sleep(60)", driver._launcher._process.kill)
        assert killed == (Outcome.SANDBOX_ERROR, "the sandbox's process 1 ended without a report")
        assert (await run(driver, "pass"))[0] is Outcome.SUCCEEDED
    finally:
        await driver.close()


@pytest.mark.parametrize(
    ("version", "known"),
    [("0.0~20221219.0", False), ("0.0~20240729.0", True), ("release-20260105.0", True), ("somebody's", True)],
)
async def test_sessions_are_told_of_no_older_gvisor_than_they_were_tried_with(version: str, known: bool) -> None:
    why = Found(GVISOR, "/usr/bin/runsc", version).too_old_for_sessions
    assert why is None if known else "older than the 20240729" in str(why)
