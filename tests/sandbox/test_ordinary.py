"""The ids that an ordinary user's sandboxes have."""

import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from crucible.sandbox import ordinary
from crucible.sandbox.plan import PROGRAM_UID


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What the files of subordinate ids hold, for whoever reads them here."""
    content: dict[str, str] = {}

    def read(path: Path) -> str:
        if str(path) not in content:
            raise FileNotFoundError(str(path))
        return content[str(path)]

    monkeypatch.setattr(ordinary.Path, "read_text", read)
    monkeypatch.setattr(shutil, "which", lambda command: f"{tmp_path}/{command}")
    monkeypatch.setattr(os, "geteuid", lambda: 4711)
    return content


def test_the_largest_range_that_uids_and_gids_share_is_taken(files: dict[str, str]) -> None:
    files["/etc/subuid"] = "someone:1:99999999\n4711:100000:2000\n4711:300000:65536\n"
    files["/etc/subgid"] = "4711:400000:4096\n"
    found = ordinary.ranges()
    assert found is not None
    assert (found.first_uid, found.first_gid, found.count) == (300_000, 400_000, 4096)


@pytest.mark.parametrize("lines", ["", "4711:100000:1023\n", "4711:x:65536\n4711\n", "\x00\n", "other:1:65536\n"])
def test_what_is_no_usable_range_is_none(files: dict[str, str], lines: str) -> None:
    files["/etc/subuid"] = lines
    files["/etc/subgid"] = "4711:100000:65536\n"
    assert ordinary.ranges() is None


def test_without_the_commands_that_write_maps_a_range_is_of_no_use(
    files: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    files["/etc/subuid"] = files["/etc/subgid"] = "4711:100000:65536\n"
    monkeypatch.setattr(shutil, "which", lambda command: None if command == "newgidmap" else command)
    assert ordinary.ranges() is None


def test_no_two_sandboxes_that_live_at_once_share_an_id() -> None:
    own = ordinary.Ranges(100_000, 100_000, 65_536)
    blocks, blocks_of_sessions = range(own.span.count), range(own.span_of_sessions.count)
    maps = [own.identity(block).map for block in blocks]
    maps += [own.identity_of_session(block)[0].map for block in blocks_of_sessions]
    outside = [first + number for each in maps for _, first, count in each for number in range(count)]
    outside += [own.identity_of_session(block)[1] for block in blocks_of_sessions]
    assert len(outside) == len(set(outside)) == 2 * len(blocks) + 64 * len(blocks_of_sessions)
    assert all(1 <= first <= own.count for first in outside), "0 is the user itself"


def test_inside_it_is_the_same_user_as_ever() -> None:
    assert [inside for inside, _, _ in ordinary.Ranges(1, 1, 4096).identity(0).map] == [0, PROGRAM_UID]
    assert ordinary.ALONE.map == [(PROGRAM_UID, 0, 1)]


HOG = """
import array, socket, time
kept = [socket.socketpair() for _ in range(500)]
try:
    for end, _ in kept:
        end.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0] * 250))])
except OSError as error:
    print(error.strerror, flush=True)
time.sleep(60)
"""
BESIDE_IT = f"""
import asyncio
from crucible.domain.limits import Limits
from crucible.domain.sandbox import SandboxOutput, SandboxSpec
from crucible.sandbox.namespaces.driver import NamespacesDriver
from crucible.sandbox.runtimes.on_host import discover

async def main():
    driver, found = await asyncio.gather(NamespacesDriver.open(spares=0), discover())
    said, over = asyncio.Event(), asyncio.Event()

    async def emit(event):
        if isinstance(event, SandboxOutput):
            print(event.data.decode(), end="")
            said.set()

    def run(code, **limits):
        spec = SandboxSpec(runtime="python", code=code, limits=Limits(**limits))
        return asyncio.create_task(driver.run(spec, found.get("python"), emit, over))

    hog = run({HOG!r}, open_files=2048)
    await asyncio.wait([hog, asyncio.create_task(said.wait())], return_when=asyncio.FIRST_COMPLETED)
    await run("print('beside it')")
    over.set()
    await hog
    await driver.close()

asyncio.run(main())
"""


def test_descriptors_that_a_program_has_under_way_stop_no_executor() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    ran = subprocess.run(
        [sys.executable, "-c", BESIDE_IT],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (1024, most)),
    )
    assert ran.stdout.splitlines() == ["Too many references: cannot splice", "beside it"], ran.stderr
