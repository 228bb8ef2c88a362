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


@pytest.mark.parametrize(
    ("code", "disk_bytes"),
    [
        ("for i in itertools.count(): open(f'/dev/shm/{i}', 'wb').write(b'x' * 65536)", 4 * MIB),
        ("for i in itertools.count(): open(f'/dev/shm/{i}', 'w')", 64 * KIB),
        (
            "for it in ('/tmp/a', '/dev/shm/a'): open(it, 'wb').write(b'x' * (3 << 20))\ntime.sleep(60)",
            4 * MIB,
        ),
    ],
    ids=["small files together", "empty files", "with the other folders"],
)
async def test_what_is_in_shared_memory_counts(sandboxes: Sandboxes, code: str, disk_bytes: int) -> None:
    ran = await sandboxes.run(f"import itertools, time\n{code}", disk_bytes=disk_bytes, wall_seconds=50)
    assert ran.finished.outcome is Outcome.DISK_EXCEEDED


async def test_shared_memory_is_memory(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        "block = b'x' * (1 << 20)\nfile = open('/dev/shm/all', 'wb')\nwhile True: file.write(block)",
        disk_bytes=1024 * MIB,
        memory_bytes=64 * MIB,
        wall_seconds=60,
    )
    assert ran.finished.outcome is Outcome.MEMORY_EXCEEDED
