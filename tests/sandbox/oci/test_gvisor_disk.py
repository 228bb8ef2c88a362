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


_INTO_A_DEEP_FOLDER = """
import os
os.chdir('/dev/shm')
for _ in range(25):
    os.mkdir('d' * 250)
    os.chdir('d' * 250)
"""
_INTO_A_FOLDER_THAT_CAN_NOT_BE_READ = """
import os
os.mkdir('/dev/shm/d', 0o300)
os.chdir('/dev/shm/d')
"""


@pytest.mark.parametrize(
    ("code", "disk_bytes"),
    [
        ("for i in itertools.count(): open(f'/dev/shm/{i}', 'wb').write(b'x' * 65536)", 4 * MIB),
        ("for i in itertools.count(): open(f'/dev/shm/{i}', 'w')", 64 * KIB),
        (
            f"{_INTO_A_DEEP_FOLDER}\nfor i in itertools.count(): open(str(i), 'w')",
            64 * KIB,
        ),
        (
            f"{_INTO_A_FOLDER_THAT_CAN_NOT_BE_READ}\nfor i in itertools.count(): open(str(i), 'w')",
            64 * KIB,
        ),
        (
            "for it in ('/tmp/a', '/dev/shm/a'): open(it, 'wb').write(b'x' * (3 << 20))\ntime.sleep(60)",
            4 * MIB,
        ),
    ],
    ids=[
        *(
            "small files together",
            "empty files",
            "deeper than a path may be long",
            "in a folder that can't be read",
        ),
        "with the other folders",
    ],
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
