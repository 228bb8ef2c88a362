"""What a program behind gVisor's kernel may have in files: /dev/shm is that kernel's own, so process 1 looks."""

import pytest

from crucible.domain.limits import KIB, MIB
from crucible.domain.outcome import Outcome
from tests.sandbox.fixtures import Sandboxes, on_engine

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    on_engine("gvisor"),
    pytest.mark.usefixtures("nothing_left"),
]


async def test_many_small_files_in_shared_memory_are_too_much_together(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        "import itertools\nfor i in itertools.count(): open(f'/dev/shm/{i}', 'wb').write(b'x' * 65536)",
        disk_bytes=4 * MIB,
        wall_seconds=60,
    )
    assert ran.finished.outcome is Outcome.DISK_EXCEEDED


async def test_shared_memory_counts_together_with_the_rest(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        "for folder in ('/tmp', '/dev/shm'): open(f'{folder}/some', 'wb').write(b'x' * (3 << 20))\n"
        "import time; time.sleep(60)",
        disk_bytes=4 * MIB,
        wall_seconds=30,
    )
    assert ran.finished.outcome is Outcome.DISK_EXCEEDED


async def test_empty_files_in_shared_memory_are_counted(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        "import itertools\nfor i in itertools.count(): open(f'/dev/shm/{i}', 'w')",
        disk_bytes=64 * KIB,
        wall_seconds=60,
    )
    assert ran.finished.outcome is Outcome.DISK_EXCEEDED


async def test_shared_memory_is_memory(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        "block = b'x' * (1 << 20)\nfile = open('/dev/shm/all', 'wb')\nwhile True: file.write(block)",
        disk_bytes=1024 * MIB,
        memory_bytes=64 * MIB,
        wall_seconds=60,
    )
    assert ran.finished.outcome is Outcome.MEMORY_EXCEEDED
