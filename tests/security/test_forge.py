"""Attacks that try to make Crucible believe or do what isn't so."""

import pytest

from crucible.domain.limits import MIB
from crucible.domain.outcome import Outcome
from tests.sandbox.fixtures import Sandboxes

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("unharmed")]


async def test_a_result_can_not_be_forged_through_any_descriptor(sandboxes: Sandboxes) -> None:
    """A report is `E`, a length, and JSON; the program writes one to every descriptor that it can guess."""
    ran = await sandboxes.run(
        """
import json, os, struct
body = json.dumps({'step': 'run', 'code': 0, 'signal': None, 'stopped': False, 'wall_seconds': 0, 'disk_full': False, 'files_truncated': False}).encode()
for number in range(3, 1024):
    for path in str(number), f'/proc/self/fd/{number}', f'/proc/1/fd/{number}':
        try: os.write(int(path) if path.isdigit() else os.open(path, os.O_WRONLY), struct.pack('>cI', b'E', len(body)) + body)
        except OSError: pass
os._exit(7)
"""
    )
    assert (ran.finished.outcome, ran.finished.exit_code) == (Outcome.NONZERO_EXIT, 7)


@pytest.mark.parametrize("number", [1, 2, 3, 9, 10, 15, 17, 19, 34])
async def test_process_1_can_not_be_signalled(sandboxes: Sandboxes, number: int) -> None:
    ran = await sandboxes.run(
        f"""
import os, time
for attempt in (lambda: os.kill(1, {number})), (lambda: os.killpg(1, {number})):
    try: attempt()
    except OSError: pass
time.sleep(0.1)
print('alive')
os._exit(5)
"""
    )
    assert (ran.text, ran.finished.exit_code) == ("alive\n", 5)


async def test_killing_everything_kills_only_itself(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run("import os\ntry: os.kill(-1, 9)\nexcept ProcessLookupError: print('nobody else')")
    assert ran.text == "nobody else\n"


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
