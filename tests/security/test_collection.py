"""What a program leaves for whoever collects its files and output, and exactly what is made of it."""

import pytest

from crucible.domain.limits import MIB
from crucible.domain.outcome import Outcome
from tests.sandbox.fixtures import Sandboxes
from tests.security.conftest import Canary

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("unharmed")]


async def test_a_link_in_the_collected_folder_is_not_followed(sandboxes: Sandboxes, canary: Canary) -> None:
    ran = await sandboxes.run(
        f"""
import os
os.symlink({str(canary.path)!r}, 'link')
os.symlink('/etc', 'folder')
os.symlink('/proc/1/environ', 'environ')
os.symlink('/proc/self/root{canary.path}', 'magic')
os.symlink('../../../../..{canary.path}', 'dots')
open('file', 'w').write('mine')
"""
    )
    assert ran.files == {"file": b"mine"}
    assert not canary.is_in(ran)


async def test_names_that_try_to_leave_the_folder_stay_inside(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        r"""
import os
for name in (b'new\nline', b'\xff\xfe', b'..hidden', b'-rf', b'<script>', b'\x1b[2J', '\u202egpj.exe'.encode()):
    open(name, 'wb').write(b'x')
"""
    )
    assert set(ran.files) == {"new\nline", "\\xff\\xfe", "..hidden", "-rf", "<script>", "\x1b[2J", "\u202egpj.exe"}


async def test_pipes_sockets_and_devices_in_the_collected_folder_do_not_hang(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        """
import os, socket
os.mkfifo('pipe')
socket.socket(socket.AF_UNIX).bind('socket')
os.mkdir('closed', 0o000)
open('unreadable', 'w').write('x'); os.chmod('unreadable', 0)
"""
    )
    assert ran.finished.outcome is Outcome.SUCCEEDED
    assert ran.files == {"unreadable": b"x"}


async def test_a_sparse_file_is_not_read_as_large_as_it_claims(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        "import os\nfor i in range(8): os.truncate(os.open(f's{i}', os.O_CREAT | os.O_WRONLY), 12 << 20)",
        disk_bytes=16 * MIB,
    )
    assert ran.finished.files_truncated
    assert sum(map(len, ran.files.values())) <= 16 * MIB


async def test_one_file_under_a_thousand_names_is_bounded(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        "import os\nopen('f', 'wb').write(b'x' * (1 << 20))\nfor i in range(1000): os.link('f', f'l{i}')"
    )
    assert ran.finished.files_truncated
    assert sum(map(len, ran.files.values())) <= 16 * MIB


async def test_a_very_deep_folder_is_cut(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        "import os\nfor i in range(500):\n    os.mkdir('d'); os.chdir('d')\nopen('deep', 'w').write('x')"
    )
    assert ran.finished.outcome is Outcome.SUCCEEDED
    assert ran.finished.files_truncated
    assert ran.files == {}


async def test_an_input_that_was_replaced_with_the_same_size_and_time_is_collected(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        """
import os
before = os.stat('in')
open('new', 'w').write('evil'); os.rename('new', 'in')
os.utime('in', ns=(before.st_atime_ns, before.st_mtime_ns))
""",
        files={"in": b"good"},
    )
    assert ran.files == {"in": b"evil"}


async def test_terminal_escapes_and_markup_arrive_as_bytes(sandboxes: Sandboxes) -> None:
    hostile = b"\x1b]0;owned\x07\x1b[2J<script>alert(1)</script>\x9b31m\0\xff"
    ran = await sandboxes.run(f"import os; os.write(1, {hostile!r})")
    assert ran.output() == hostile
