"""Attacks that try to reach something outside. Every target is a listener that the test itself started."""

import asyncio
import errno
import socket
import threading

import pytest

from tests.sandbox.fixtures import Sandboxes

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("unharmed")]


class Listener:
    """A TCP listener on the loopback address that remembers whether anybody came."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(0.2)
        self.port = self._socket.getsockname()[1]

    def was_reached(self) -> bool:
        with self._socket:
            try:
                connection, _ = self._socket.accept()
            except TimeoutError:
                return False
            connection.close()
            return True


async def test_a_listener_on_the_hosts_loopback_is_not_reached(sandboxes: Sandboxes) -> None:
    listener = Listener()
    ran = await sandboxes.run(
        f"""
import socket
try: socket.create_connection(('127.0.0.1', {listener.port}), 1); print('REACHED')
except OSError as error: print(error)
"""
    )
    assert "Permission denied" in ran.text
    assert not listener.was_reached()


async def test_bash_finds_no_network_either(sandboxes: Sandboxes) -> None:
    listener = Listener()
    ran = await sandboxes.run(f"echo hello > /dev/tcp/127.0.0.1/{listener.port} && echo REACHED", "bash")
    assert "REACHED" not in ran.text
    assert not listener.was_reached()


@pytest.mark.parametrize(
    ("family", "kind"),
    [
        ("2", "1"),
        ("2", "2"),
        ("2", "3"),
        ("10", "1"),
        ("16", "3"),
        ("17", "3"),
        ("38", "5"),
        ("40", "1"),
        ("44", "2"),
    ],
    ids=["inet-tcp", "inet-udp", "inet-raw", "inet6", "netlink", "packet", "alg", "vsock", "xdp"],
)
async def test_no_socket_of_any_other_family_can_be_made(sandboxes: Sandboxes, family: str, kind: str) -> None:
    ran = await sandboxes.run(
        f"""
import ctypes, socket
libc = ctypes.CDLL(None, use_errno=True)
made = libc.socket({family}, {kind}, 0)
print(ctypes.get_errno() if made < 0 else socket.socket(socket.AF_UNIX, fileno=made).getsockopt(1, socket.SO_DOMAIN))
print(libc.socketpair({family}, {kind}, 0, (ctypes.c_int * 2)()))
"""
    )
    made, pair = ran.text.split()
    stands_in = socket.AF_UNIX  # what a program gets that is to say whom it wants to reach
    assert int(made) in ({errno.EACCES, stands_in} if family in {"2", "10"} and kind != "3" else {errno.EACCES})
    assert pair == "-1"


async def test_an_abstract_unix_socket_of_the_host_is_not_there(sandboxes: Sandboxes) -> None:
    name = "crucible-test-canary"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("\0" + name)
        server.listen()
        ran = await sandboxes.run(
            f"""
import socket
try: socket.socket(socket.AF_UNIX).connect('\\0{name}'); print('REACHED')
except OSError as error: print(type(error).__name__)
"""
        )
    assert ran.text in {"ConnectionRefusedError\n", "PermissionError\n"}


async def test_neighbours_do_not_meet_on_abstract_sockets_shared_memory_or_queues(sandboxes: Sandboxes) -> None:
    host = sandboxes.run(
        """
import socket, time
server = socket.socket(socket.AF_UNIX); server.bind('\\0meeting'); server.listen(); server.settimeout(1.5)
open('/dev/shm/meeting', 'w').write('x'); open('/tmp/meeting', 'w').write('x')
try: server.accept(); print('MET')
except TimeoutError: print('alone')
"""
    )
    guest = sandboxes.run(
        """
import os, socket, time
time.sleep(0.7)
try: socket.socket(socket.AF_UNIX).connect('\\0meeting'); print('MET')
except OSError: print('alone')
print(os.listdir('/dev/shm'), os.listdir('/tmp'))
"""
    )
    first, second = await asyncio.gather(host, guest)
    assert (first.text, second.text) == ("alone\n", "alone\n[] []\n")


async def test_the_executors_own_socket_is_out_of_reach(sandboxes: Sandboxes, tmp_path: object) -> None:
    path = f"{tmp_path}/executor.sock"
    reached = threading.Event()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        ran = await sandboxes.run(
            f"""
import socket
for path in {path!r}, '/proc/1/root{path}', '/proc/self/root{path}':
    try: socket.socket(socket.AF_UNIX).connect(path); print('REACHED')
    except OSError: pass
"""
        )
    assert ran.text == ""
    assert not reached.is_set()
