"""Several sandboxes at once, and one after the other: none learns of, or harms, another."""

import asyncio
import os
from pathlib import Path

import pytest

from crucible.domain.limits import MIB
from crucible.domain.sandbox import Promise, SandboxEvent, SandboxOutput
from crucible.sandbox import ordinary
from tests.sandbox import host
from tests.sandbox.fixtures import Sandboxes

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("unharmed")]


async def test_sandboxes_that_start_together_do_not_inherit_each_others_descriptors(sandboxes: Sandboxes) -> None:
    look = "import os, time; time.sleep(0.2); print(sorted(os.listdir('/proc/self/fd')))"
    together = await asyncio.gather(*(sandboxes.run(look) for _ in range(8)))
    assert {ran.text for ran in together} == {"['0', '1', '2', '3']\n"}


async def test_many_hostile_sandboxes_at_once_leave_a_neighbour_alone(sandboxes: Sandboxes) -> None:
    hostile = [
        sandboxes.run("while True: pass", wall_seconds=1.5),
        sandboxes.run(
            "import os\nwhile True:\n  try: os.fork()\n  except OSError: pass", wall_seconds=1.5, processes=16
        ),
        sandboxes.run("b = []\nwhile True: b.append(bytearray(b'x' * (1 << 20)))", memory_bytes=32 * MIB),
        sandboxes.run("yes", "bash"),
    ]
    neighbour = sandboxes.run("print(sum(range(10 ** 6)))")
    *_, ran = await asyncio.gather(*hostile, neighbour)
    assert ran.text == "499999500000\n"


async def test_the_next_sandbox_finds_nothing_of_the_last(sandboxes: Sandboxes) -> None:
    folders = ("/workspace", "/tmp", "/dev/shm")
    await sandboxes.run(f"for folder in {folders}: open(folder + '/left', 'w').write('mine')")
    ran = await sandboxes.run(f"import os\nprint([os.listdir(folder) for folder in {folders}])")
    assert ran.text == "[['main.py'], [], []]\n"


@pytest.mark.promise(Promise.NOBODY_OUTSIDE)
async def test_on_the_host_it_is_nobody_whatever_it_is_inside(sandboxes: Sandboxes) -> None:
    seen: set[int] = set()

    def look(event: SandboxEvent) -> None:
        if isinstance(event, SandboxOutput):
            seen.update(host.uids_in_sandboxes())

    # After a second no spare sandbox is being made, which is somebody until it is nobody.
    code = "import time; time.sleep(1); print('here', flush=True); time.sleep(0.3)"
    ran = await sandboxes.run(code, on_event=look)
    assert ran.text == "here\n"
    assert seen
    assert 0 not in seen
    if os.geteuid() == 0 or ordinary.ranges():
        assert os.geteuid() not in seen
    else:
        assert seen == {os.geteuid()}


WATCH = """
import ctypes, os, select
libc = ctypes.CDLL(None, use_errno=True)
descriptor = libc.inotify_init()
for name in ('null', 'zero', 'full', 'random', 'urandom', 'tty'):
    libc.inotify_add_watch(descriptor, os.fsencode(f'/dev/{name}'), 0xFCE)  # what changes, is made, moved, removed
print('watching', flush=True)
print(len(select.select([descriptor], [], [], 1)[0]))
"""


async def test_who_writes_to_a_device_is_nobodys_to_see(sandboxes: Sandboxes) -> None:
    if why := sandboxes.driver.report().missing.get("devices of its own"):
        pytest.skip(why)
    watching = asyncio.Event()

    def hear(event: SandboxEvent) -> None:
        if isinstance(event, SandboxOutput):
            watching.set()

    watcher = asyncio.create_task(sandboxes.run(WATCH, on_event=hear))
    await watching.wait()
    for name in ("null", "zero", "full", "random", "urandom"):
        os.close(os.open(f"/dev/{name}", os.O_WRONLY))
    ran = await watcher
    assert ran.text == "watching\n0\n", ran


FLUSHES = 4000
FEW_PAGES = 32 * 1024


async def test_a_program_has_the_hosts_disk_flush_nothing(sandboxes: Sandboxes) -> None:
    if not (counter := _flushes_of_the_disk()).exists():
        pytest.skip("the system's files are on no disk of their own")
    code = (
        "import os\nfile = os.open('/usr/bin/env', os.O_RDONLY)\n"
        f"for _ in range({FLUSHES // 2}): os.fsync(file), os.fdatasync(file)\nprint('flushed')"
    )
    before = _flushes(counter)
    ran = await sandboxes.run(code)
    assert ran.text == "flushed\n"
    assert _flushes(counter) - before < FLUSHES


async def test_what_the_host_has_read_of_the_systems_files_stays_read(sandboxes: Sandboxes) -> None:
    path = _text_that_nobody_maps()
    path.read_bytes()
    assert _is_in_memory(path)
    code = f"import os\nfile = os.open({str(path)!r}, os.O_RDONLY)\nos.posix_fadvise(file, 0, 0, 4)\nprint('said')"
    ran = await sandboxes.run(code)
    assert ran.text == "said\n"
    assert _is_in_memory(path)


def _flushes_of_the_disk() -> Path:
    device = Path("/usr/bin/env").stat().st_dev
    return Path(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}/stat")


def _flushes(counter: Path) -> int:
    """Return how often a disk was told to write its cache (Linux, Documentation/block/stat.rst)."""
    return int(counter.read_text().split()[15])


def _text_that_nobody_maps() -> Path:
    """Return a file of the system whose pages are in nobody's memory, as a library's are."""
    texts = (path for path in Path("/usr/share").glob("*/*") if path.suffix in {".txt", ".dat", ".json", ".xml"})
    return next(path for path in sorted(texts) if path.stat().st_size > FEW_PAGES)


def _is_in_memory(path: Path) -> bool:
    """Tell whether all of a file can be read without waiting for a disk."""
    with path.open("rb") as file:
        content = bytearray(path.stat().st_size)
        try:
            return os.preadv(file.fileno(), [content], 0, os.RWF_NOWAIT) == len(content)
        except BlockingIOError:
            return False
