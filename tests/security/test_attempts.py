"""Attacks on the record of attempts: to hide one, to forge one, to fill it, to make it lie."""

import asyncio

import pytest

from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import SandboxAttempt
from tests.sandbox.fixtures import Ran, Sandboxes, on_engine

pytestmark = [pytest.mark.asyncio(loop_scope="session"), on_engine("namespaces", "crun", "runc", "docker")]

LIBC = "import ctypes, os, socket, time; libc = ctypes.CDLL(None, use_errno=True)\n"


def counts(ran: Ran) -> dict[tuple[str, str], int]:
    """How often each was tried, by call and detail; the last telling counts."""
    return {(e.name, e.detail): e.count for e in ran.events if isinstance(e, SandboxAttempt)}


def often(sandboxes: Sandboxes, times: int) -> int:
    """Less often in gVisor's kernel, where each attempt takes a hundred times as long."""
    return times // 10 if sandboxes.has_a_kernel_of_its_own else times


def of(ran: Ran, name: str) -> int:
    return sum(count for (other, _), count in counts(ran).items() if other == name)


async def test_a_flood_hides_nothing_that_comes_behind_it(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        LIBC
        + """
for i in range(10_000): libc.ptrace(i, i, 0, 0)
for port in range(1, 300):
    try: socket.create_connection(("192.0.2.1", port))
    except OSError: pass
libc.mount(b"secret", b"/", b"tmpfs", 0, 0)
print("done")
"""
    )
    assert ran.text == "done\n"
    assert of(ran, "ptrace") == 10_000
    assert of(ran, "connect") == 299
    assert of(ran, "mount") == 1
    assert counts(ran)["connect", "192.0.2.1:1"] == 1
    assert len(ran.events) < 1000


async def test_whoever_exits_at_once_was_counted_before_it_was_answered(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        LIBC
        + """
import threading
answered = [0] * 8
def hammer(place):
    while True:
        libc.ptrace(0, 0, 0, 0)
        answered[place] += 1
for place in range(8): threading.Thread(target=hammer, args=(place,), daemon=True).start()
time.sleep(0.3)
while not sum(answered): time.sleep(0.01)
os.write(1, str(sum(answered)).encode())
os._exit(0)
"""
    )
    assert int(ran.text) > 0
    assert of(ran, "ptrace") >= int(ran.text)


async def test_whoever_is_killed_while_it_asks_was_counted_before_it_was_answered(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        LIBC
        + """
import mmap, signal
answered = mmap.mmap(-1, 8)
for round in range(50):
    child = os.fork()
    if child == 0:
        while True:
            libc.ptrace(0, 0, 0, 0)
            answered[:8] = (int.from_bytes(answered[:8], "big") + 1).to_bytes(8, "big")
    time.sleep(0.001 * (round % 7))
    os.kill(child, signal.SIGKILL)
    os.wait()
print(int.from_bytes(answered[:8], "big"))
"""
    )
    assert int(ran.text) > 0
    assert of(ran, "ptrace") >= int(ran.text)


async def test_signals_take_no_attempt_out_of_the_record(sandboxes: Sandboxes) -> None:
    calls = often(sandboxes, 4000)
    ran = await sandboxes.run(
        f"#define CALLS {calls}\n"
        """
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>
static void nothing(int number) { (void)number; }
int main(void) {
    struct sigaction action = {.sa_handler = nothing};  /* without SA_RESTART: an interrupted call fails */
    struct itimerval often = {{0, 40}, {0, 40}};
    int refused = 0, interrupted = 0;
    sigaction(SIGALRM, &action, 0);
    setitimer(ITIMER_REAL, &often, 0);
    while (refused + interrupted < CALLS) {
        if (syscall(SYS_ptrace, 16, 1, 0, 0) == -1 && errno == EINTR) interrupted++; else refused++;
    }
    often = (struct itimerval){{0, 0}, {0, 0}};
    setitimer(ITIMER_REAL, &often, 0);
    syscall(SYS_ptrace, 17, 1, 0, 0);
    printf("%d %d\\n", refused, interrupted);
}
""",
        "c",
    )
    refused, interrupted = map(int, ran.text.split())
    assert counts(ran)["ptrace", "request=16 pid=1"] >= refused
    assert of(ran, "ptrace") + of(ran, "unknown") == refused + interrupted + 1


async def test_memory_that_changes_while_it_is_read_reaches_nobody(sandboxes: Sandboxes) -> None:
    calls = often(sandboxes, 3000)
    ran = await sandboxes.run(
        f"#define CALLS {calls}\n"
        """
#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
static struct sockaddr_in target;
static volatile int over;
static void *flip(void *ignored) {
    volatile sa_family_t *family = &target.sin_family;
    volatile in_port_t *port = &target.sin_port;
    while (!over) { *family = AF_UNIX; *port = htons(1); *family = AF_INET; *port = htons(2); }
    return ignored;
}
int main(void) {
    pthread_t thread;
    int made = socket(AF_INET, SOCK_STREAM, 0), connected = 0;
    inet_pton(AF_INET, "127.0.0.1", &target.sin_addr);
    pthread_create(&thread, 0, flip, 0);
    for (int i = 0; i < CALLS; i++) connected += connect(made, (struct sockaddr *)&target, sizeof target) == 0;
    over = 1;
    pthread_join(thread, 0);
    printf("connected %d\\n", connected);
}
""",
        "c",
    )
    assert ran.text == "connected 0\n"
    addresses = {detail for name, detail in counts(ran) if name == "connect"}
    assert addresses <= {"127.0.0.1:1", "127.0.0.1:2"}
    assert counts(ran)["socket", "family=AF_INET type=SOCK_STREAM protocol=0"] == 1


@pytest.mark.parametrize(
    "hide",
    ["libc.prctl(4, 0, 0, 0, 0)", "os.chmod('/tmp/copy', 0o111)"],
    ids=["not dumpable", "not readable"],
)
async def test_a_process_that_hides_its_memory_is_read_all_the_same(sandboxes: Sandboxes, hide: str) -> None:
    ran = await sandboxes.run(
        LIBC
        + f"""
import shutil, sys
if len(sys.argv) == 1:
    shutil.copy(sys.executable, "/tmp/copy"); os.chmod("/tmp/copy", 0o755)
    {hide}
    os.execv("/tmp/copy" if "copy" in {hide!r} else sys.executable, [sys.executable, __file__, "again"])
{hide}
try: socket.create_connection(("192.0.2.1", 22))
except OSError as error: print(error.errno)
"""
    )
    assert ran.text == "13\n", ran.output("stderr")
    assert counts(ran)["connect", "192.0.2.1:22"] == 1


async def test_text_in_an_attempt_is_quoted_and_obeyed_by_no_terminal(sandboxes: Sandboxes) -> None:
    forged = b'\x1b[2J"}\n{"action": "connection", "detail": "\xff\xe2\x80\xae'
    ran = await sandboxes.run(LIBC + f"libc.chroot({forged!r}); libc.chroot(b'/' * 500)")
    first, second = (detail for name, detail in counts(ran) if name == "chroot")
    assert first.isprintable()
    assert first == r'path="\u001b[2J\"}\n{\"action\": \"connection\", \"detail\": \"\\xff\u202e"'
    assert second == f'path="{"/" * 120}"…'


async def test_the_name_server_can_be_given_no_work_and_hides_nothing(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        LIBC
        + r"""
import struct
server = ("127.0.0.1", 53)
silent = [socket.socket() for _ in range(40)]
taken = 0
for one in silent:
    try: one.connect(server); taken += 1
    except OSError: pass
print(taken)
for one in silent: one.close()
time.sleep(0.1)
for garbage in (b"\xff" * 600, b"\0\0", b"\0\x10" + b"\xff" * 16, b"GET / HTTP/1.1"):
    one = socket.socket(); one.connect(server); one.sendall(garbage)
    one.settimeout(5)
    try: print(one.recv(9))
    except ConnectionResetError: print(b"")
    one.close()
address = struct.pack("<HHI8x", 2, 53 << 8, 0x0100007F)
for descriptor in (99, 511, 600, 2**31, 2**32 - 1):
    print(libc.connect(ctypes.c_uint(descriptor), address, 16) in (0, -1))
one = socket.socket(); one.connect(server)
asked = b"\0\7\1\0\0\1\0\0\0\0\0\0" + b"\x04\x1b[2J\x03com\0" + b"\0\1\0\1"
one.sendall(struct.pack(">H", len(asked)) + asked); print(len(one.recv(99)) > 12)
libc.ptrace(16, 1, 0, 0)
"""
    )
    assert ran.text.splitlines() == ["16", *["b''"] * 4, *["True"] * 6], ran.output("stderr")
    found = counts(ran)
    assert found["ptrace", "request=16 pid=1"] == 1
    assert found["lookup", r'"\u001b[2J.com"'] == 1
    assert found["connect", "127.0.0.1:53"] >= 40


async def test_an_address_that_is_none_is_the_kernels_to_refuse(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        LIBC
        + """
made = libc.socket(2, 1, 0)
for pointer, length in ((8, 16), (2**47 - 8, 16), (2**64 - 1, 16), (id(b"x"), 0), (id(b"x"), 2**32 - 1)):
    print(libc.connect(made, ctypes.c_void_p(pointer), ctypes.c_uint(length)))
"""
    )
    assert ran.text == "-1\n" * 5
    assert ran.finished.outcome is Outcome.SUCCEEDED


async def test_no_filter_of_its_own_can_hide_what_a_program_tries(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        LIBC
        + """
import struct
code = ctypes.create_string_buffer(struct.pack("=HBBI", 6, 0, 0, 0x00050000))  # answers every call with success
class Program(ctypes.Structure): _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_void_p)]
program = Program(1, ctypes.cast(code, ctypes.c_void_p))
print(libc.prctl(22, 2, ctypes.byref(program)), ctypes.get_errno())
print(libc.syscall(317, 1, 0, ctypes.byref(program)), ctypes.get_errno())
print(libc.syscall(317, 1, 8, ctypes.byref(program)), ctypes.get_errno())
libc.ptrace(16, 1, 0, 0)
"""
    )
    assert ran.text == "-1 22\n-1 1\n-1 1\n"
    assert of(ran, "ptrace") == 1


async def test_the_listener_is_nowhere_that_the_program_can_look(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        LIBC
        + """
print(sorted(os.listdir("/proc/self/fd"))[:-1])  # the last is the listing's own
try: print(os.listdir("/proc/1/fd"))
except OSError as error: print(error.errno in (1, 2, 13))
for descriptor in range(64):
    for request in (0xC0502100, 0xC0182101, 0x40182103):
        if libc.ioctl(descriptor, ctypes.c_ulong(request), ctypes.create_string_buffer(80)) == 0: print("ANSWERED")
"""
    )
    assert ran.text == "['0', '1', '2']\nTrue\n"


async def test_who_keeps_the_record_can_not_be_stopped(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        LIBC
        + """
for number in range(1, 65):
    try: os.kill(1, number)
    except OSError: pass
libc.ptrace(16, 1, 0, 0)
print("refused")
"""
    )
    assert ran.text == "refused\n"
    assert of(ran, "ptrace") == 1


async def test_neighbours_have_records_of_their_own(sandboxes: Sandboxes) -> None:
    noisy, quiet = await asyncio.gather(
        sandboxes.run(LIBC + "[libc.ptrace(0, 0, 0, 0) for _ in range(1000)]"), sandboxes.run("print('quiet')")
    )
    assert of(noisy, "ptrace") == 1000
    assert counts(quiet) == {}


async def test_a_flood_ends_with_its_time_and_its_neighbour_is_served(sandboxes: Sandboxes) -> None:
    flood = sandboxes.run(LIBC + "while True: libc.ptrace(0, 0, 0, 0)", wall_seconds=1.0)
    neighbour = sandboxes.run("import time; time.sleep(0.5); print('served')")
    flooded, served = await asyncio.gather(flood, neighbour)
    assert flooded.finished.outcome is Outcome.TIMED_OUT
    assert of(flooded, "ptrace") > often(sandboxes, 100)
    assert served.text == "served\n"
