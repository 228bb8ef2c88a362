"""What Landlock refuses is nobody's to hear of, whoever would fill the host's log with it."""

import os
import socket
import struct
from collections.abc import Iterator

import pytest

from crucible.sandbox import landlock
from tests.sandbox.fixtures import Sandboxes, on_engine

_NETLINK_AUDIT, _READERS_OF_THE_LOG = 9, 1
_GET, _SET, _LANDLOCK_ACCESS = 1000, 1001, 1423
_HEAD = struct.Struct("=IHHII")
_STATUS = struct.Struct("=10I")
_ENABLED = 1
_REQUEST, _ACKNOWLEDGE = 1, 4
_ERROR = 2
_ABI_THAT_LOGS = 7

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    on_engine("namespaces"),
    pytest.mark.skipif(landlock.abi() < _ABI_THAT_LOGS, reason="this kernel's Landlock logs nothing (Linux 6.15)"),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root reads the host's audit log"),
]


@pytest.fixture
def log() -> Iterator[socket.socket]:
    """The host's audit log, which is on meanwhile (linux/audit.h)."""
    try:
        control = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_AUDIT)
    except OSError:
        pytest.skip("this kernel has no audit log")
    with control, socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_AUDIT) as log:
        _, was_on, *_ = _STATUS.unpack_from(_asked(control, _GET, b"", _REQUEST), _HEAD.size)
        log.bind((0, _READERS_OF_THE_LOG))
        log.setblocking(False)
        _turn(control, on=1)
        try:
            yield log
        finally:
            _turn(control, on=was_on)


async def test_what_it_refuses_is_not_logged(sandboxes: Sandboxes, log: socket.socket) -> None:
    code = (
        "import fcntl, os\ndevice = os.open('/dev/full', os.O_RDWR)\nfor _ in range(20):\n"
        "  try: fcntl.ioctl(device, 0x540F, bytes(64))\n  except PermissionError: print('refused')"
    )
    ran = await sandboxes.run(code)
    assert ran.text == "refused\n" * 20
    assert [line for line in _lines(log) if b'"/dev/full"' in line and b"ioctlcmd=0x540f" in line] == []


def _lines(log: socket.socket) -> Iterator[bytes]:
    while True:
        try:
            message = log.recv(65536)
        except BlockingIOError:
            return
        if _HEAD.unpack_from(message)[1] == _LANDLOCK_ACCESS:
            yield message[_HEAD.size :]


def _turn(control: socket.socket, *, on: int) -> None:
    answer = _asked(control, _SET, _STATUS.pack(_ENABLED, on, *[0] * 8), _REQUEST | _ACKNOWLEDGE)
    assert _HEAD.unpack_from(answer)[1] == _ERROR
    assert struct.unpack_from("=i", answer, _HEAD.size) == (0,)


def _asked(control: socket.socket, kind: int, content: bytes, flags: int) -> bytes:
    control.send(_HEAD.pack(_HEAD.size + len(content), kind, flags, 1, 0) + content)
    return control.recv(4096)
