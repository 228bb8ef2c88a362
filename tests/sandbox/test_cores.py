"""Where the host has a program take cores, no crash in a sandbox starts it.

Where cores go is a setting of the whole host, so this is tried in a machine that is the test's own.
"""

import asyncio
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox.fixtures import Sandboxes, on_engine
from tests.waiting import until

PATTERN = Path("/proc/sys/kernel/core_pattern")
CRASH = """
import os, resource
for limit in (None, (0, 1), (0, 0)):
    if os.fork() == 0:
        if limit:
            resource.setrlimit(resource.RLIMIT_CORE, limit)
        os.abort()
    print(os.WCOREDUMP(os.wait()[1]))
"""

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    on_engine("namespaces", "crun"),
    pytest.mark.skipif(
        "CRUCIBLE_TEST_OWN_MACHINE" not in os.environ,
        reason="sets where the whole host's cores go; make test-cgroup2 boots a machine for it",
    ),
]


@pytest.fixture
def taken(tmp_path: Path) -> Iterator[Path]:
    """Whose cores were taken: a line with a uid for each."""
    said, take = tmp_path / "taken", tmp_path / "take"
    said.touch()
    take.write_text(f"#!/bin/sh\necho $1 >> {said}\n")
    take.chmod(0o755)
    before = PATTERN.read_text()
    PATTERN.write_text(f"|{take} %u")
    yield said
    PATTERN.write_text(before)


async def test_a_crash_starts_no_program_of_the_hosts(sandboxes: Sandboxes, taken: Path) -> None:
    ran = await sandboxes.run(CRASH, wall_seconds=300.0)  # behind an emulated processor
    assert ran.text == "False\n" * 3, (ran.finished, ran.output("stderr"))
    no_room = "import os, resource; resource.setrlimit(resource.RLIMIT_CORE, (0, 0)); os.abort()"
    outside = await asyncio.create_subprocess_exec(sys.executable, "-c", no_room)
    assert await outside.wait() < 0

    async def one_was() -> bool:
        return f"{os.getuid()}\n" in taken.read_text()

    await until(one_was)
    assert taken.read_text() == f"{os.getuid()}\n"
