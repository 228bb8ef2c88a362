"""What real programs try against the real kernel, and what their record says of it."""

import asyncio

import pytest

from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import SandboxAttempt
from crucible.sandbox import kernel
from tests.sandbox.fixtures import Ran, Sandboxes, on_engine

pytestmark = [pytest.mark.asyncio(loop_scope="session"), on_engine("namespaces", "crun", "runc", "docker")]

LIBC = "import ctypes, os, socket; libc = ctypes.CDLL(None, use_errno=True)\n"


def attempts(ran: Ran) -> list[tuple[str, str, int]]:
    """What was tried, in order of its first time; the last telling counts."""
    told = {(e.name, e.detail): e for e in ran.events if isinstance(e, SandboxAttempt)}
    return [(one.name, one.detail, one.count) for one in told.values()]


async def test_a_refused_call_is_named_with_its_arguments_and_refused_as_before(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        LIBC
        + """
print(libc.ptrace(16, 1, 0, 0), ctypes.get_errno())
print(libc.mount(b"none", b"/mnt", b"tmpfs", 1, 0), ctypes.get_errno())
print(libc.unshare(0x10000000), ctypes.get_errno())
print(libc.personality(0x40000), ctypes.get_errno())
print(libc.ioctl(0, 0x5412, b"x"), ctypes.get_errno())
"""
    )
    assert ran.text == "-1 1\n" * 4 + "-1 25\n"
    assert attempts(ran) == [
        ("ptrace", "request=16 pid=1", 1),
        ("mount", 'source="none" target="/mnt" type="tmpfs" flags=0x1', 1),
        ("unshare", "flags=0x10000000", 1),
        ("personality", "persona=0x40000", 1),
        ("ioctl", "request=0x5412", 1),
    ]


async def test_a_connection_that_is_tried_is_told_with_address_and_port(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        """
import socket
for family, kind, where in (
    (socket.AF_INET, socket.SOCK_STREAM, ("192.0.2.7", 80)),
    (socket.AF_INET6, socket.SOCK_STREAM, ("2001:db8::7", 443)),
    (socket.AF_INET, socket.SOCK_DGRAM, ("192.0.2.53", 53)),
):
    one = socket.socket(family, kind)
    if kind == socket.SOCK_STREAM: one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try: one.connect(where)
    except OSError as error: print(error.errno)
try: one.sendto(b"hello", ("192.0.2.9", 9))
except OSError as error: print(error.errno)
try: socket.socket().bind(("0.0.0.0", 4444))
except OSError as error: print(error.errno)
"""
    )
    assert ran.text == "13\n" * 5
    connections = [e for e in ran.events if isinstance(e, SandboxAttempt) and e.action == "connection"]
    assert [(one.name, one.detail, one.count) for one in connections] == [
        ("connect", "192.0.2.7:80", 1),
        ("connect", "[2001:db8::7]:443", 1),
        ("connect", "192.0.2.53:53", 1),
        ("sendto", "192.0.2.9:9", 1),
        ("bind", "0.0.0.0:4444", 1),
    ]


async def test_a_host_that_is_called_as_the_rest_is_not_counted_with_it(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        "import socket\n"
        "for name in (*(f'host-{number}' for number in range(64)), 'others', 'another'):\n"
        "    try: socket.getaddrinfo(name, 80, socket.AF_INET)\n"
        "    except OSError: pass\n"
    )
    assert {detail: count for name, detail, count in attempts(ran) if name == "lookup"}["others"] == 2
    ran = await sandboxes.run("import socket\ntry: socket.gethostbyname('others')\nexcept OSError: pass\n")
    assert ("lookup", '"others"', 1) in attempts(ran)


@pytest.mark.parametrize(
    ("runtime", "code"),
    [
        (
            "python",
            "import socket\ntry: socket.getaddrinfo('api.example.com', 443)\nexcept OSError as e: print(e)",
        ),
        ("node", "require('dns').lookup('api.example.com', error => console.log(error.code))"),
        ("bash", "getent hosts api.example.com || echo none"),
    ],
)
async def test_a_name_that_is_looked_up_is_told_and_there_is_none(
    sandboxes: Sandboxes, runtime: str, code: str
) -> None:
    ran = await sandboxes.run(code, runtime)
    assert ran.text in {"[Errno -2] Name or service not known\n", "ENOTFOUND\n", "none\n"}
    connections = [e.detail for e in ran.events if isinstance(e, SandboxAttempt) and e.action == "connection"]
    assert set(connections) == {"api.example.com"}


async def test_names_that_are_the_sandboxs_own_are_no_attempt(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        "import socket; print(socket.gethostbyname('localhost'), socket.gethostbyname('sandbox'))"
    )
    assert ran.text == "127.0.0.1 127.0.0.1\n"
    assert attempts(ran) == []


async def test_what_stands_in_for_an_internet_socket_is_a_unix_socket_with_the_flags_asked_for(
    sandboxes: Sandboxes,
) -> None:
    ran = await sandboxes.run(
        """
import fcntl, os, socket
one = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
print(one.getsockopt(socket.SOL_SOCKET, socket.SO_DOMAIN) == socket.AF_UNIX, os.get_blocking(one.fileno()))
print(bool(fcntl.fcntl(one, fcntl.F_GETFD) & fcntl.FD_CLOEXEC))
"""
    )
    assert ran.text == "True False\nTrue\n"


async def test_unix_sockets_work_as_ever_and_are_no_attempt(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        """
import socket
server = socket.socket(socket.AF_UNIX); server.bind("/tmp/meeting"); server.listen()
client = socket.socket(socket.AF_UNIX); client.connect("/tmp/meeting"); client.sendall(b"hello")
print(server.accept()[0].recv(9))
left, right = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
right.bind("/tmp/post"); left.sendto(b"letter", "/tmp/post"); print(right.recv(9))
try: client.connect("/tmp/nobody")
except OSError as error: print(error.errno)
"""
    )
    assert ran.text == "b'hello'\nb'letter'\n2\n"
    assert attempts(ran) == []


@pytest.mark.parametrize(
    "family",
    ["netlink:16:3:15", "packet:17:3:0", "vsock:40:1:0", "alg:38:5:0", "raw:2:3:1"],
    ids=lambda name: name,
)
async def test_a_socket_of_a_family_that_nobody_needs_is_refused_and_told(
    sandboxes: Sandboxes, family: str
) -> None:
    numbers = ", ".join(family.split(":")[1:])
    ran = await sandboxes.run(LIBC + f"print(libc.socket({numbers}), ctypes.get_errno())")
    assert ran.text == "-1 13\n"
    ((name, detail, count),) = attempts(ran)
    assert (name, count) == ("socket", 1)
    assert detail.startswith("family=AF_")


async def test_children_threads_and_executed_programs_are_watched_too(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        LIBC
        + """
import subprocess, sys, threading
until_both_ended, held = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        libc.ptrace(1, 0, 0, 0); os._exit(0)
    os._exit(0)
os.close(held); os.read(until_both_ended, 1)
thread = threading.Thread(target=lambda: libc.ptrace(2, 0, 0, 0)); thread.start(); thread.join()
subprocess.run([sys.executable, "-c", "import ctypes; ctypes.CDLL(None).ptrace(3, 0, 0, 0)"])
"""
    )
    assert sorted(attempts(ran)) == [("ptrace", f"request={number} pid=0", 1) for number in (1, 2, 3)]


async def test_a_compiler_is_watched_as_its_program_is(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        "#include <sys/ptrace.h>\nint main(void) { ptrace(PTRACE_TRACEME, 0, 0, 0); return 0; }", "c"
    )
    assert ran.finished.outcome is Outcome.SUCCEEDED
    assert attempts(ran) == [("ptrace", "request=0 pid=0", 1)]


async def test_the_first_time_is_measured_from_the_start(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(LIBC + "import time; time.sleep(0.3); libc.ptrace(1, 0, 0, 0)")
    (told,) = [event for event in ran.events if isinstance(event, SandboxAttempt)]
    assert 0.3 <= told.wall_seconds <= ran.finished.wall_seconds


async def test_an_attempt_is_told_while_the_program_runs(sandboxes: Sandboxes) -> None:
    cancelled = asyncio.Event()

    def stop_at_the_first(event: object) -> None:
        if isinstance(event, SandboxAttempt):
            cancelled.set()

    ran = await sandboxes.run(
        LIBC + "libc.ptrace(1, 0, 0, 0); import time; time.sleep(60)",
        cancelled=cancelled,
        on_event=stop_at_the_first,
    )
    assert ran.finished.outcome is Outcome.CANCELLED


@pytest.mark.skipif(kernel.MACHINE != "x86_64", reason="x32 and i386 are calling conventions of x86_64 alone")
@pytest.mark.parametrize(
    ("assembly", "name", "number"),
    [("mov $0x40000027, %%rax; syscall", "x32 call", 39), ("mov $20, %%eax; int $0x80", "i386 call", 20)],
    ids=["x32", "i386"],
)
async def test_a_call_of_another_architecture_is_told_and_ends_the_program(
    sandboxes: Sandboxes, assembly: str, name: str, number: int
) -> None:
    ran = await sandboxes.run(
        f"""
#include <stdio.h>
int main(void) {{
    long result = 0;
    __asm__ volatile("{assembly}; mov %%rax, %0" : "=r"(result) :: "rax", "rcx", "r11", "memory");
    printf("RETURNED %ld\\n", result);
}}
""",
        "c",
    )
    assert ran.text == ""
    if sandboxes.driver.engine != "namespaces":  # a runtime's own filter ends it, before anybody could be asked
        assert attempts(ran) == []
        assert (ran.finished.outcome, ran.finished.signal) == (Outcome.KILLED_BY_SIGNAL, "SIGSYS")
        return
    assert attempts(ran) == [(name, f"number={number}", 1)]
    assert (ran.finished.outcome, ran.finished.signal) == (Outcome.KILLED_BY_SIGNAL, "SIGKILL")
    assert f"as {name.split(maxsplit=1)[0]} programs do" in (ran.finished.error or "")
