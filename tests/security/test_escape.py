"""Attacks that try to leave the sandbox or to gain power inside it."""

import json
import os
from importlib import resources

import pytest

from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import Promise, SandboxEvent, SandboxOutput
from crucible.sandbox import kernel
from crucible.sandbox.namespaces import ordinary
from tests.sandbox import host
from tests.sandbox.fixtures import Sandboxes

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("unharmed")]

REFUSED = (
    *("io_uring_setup", "userfaultfd", "bpf", "perf_event_open", "keyctl", "add_key", "request_key", "ptrace"),
    *(
        "process_vm_readv",
        "process_vm_writev",
        "pidfd_getfd",
        "kcmp",
        "mount",
        "umount2",
        "move_mount",
        "open_tree",
    ),
    *("fsopen", "fsconfig", "fsmount", "fspick", "mount_setattr", "pivot_root", "chroot", "setns", "unshare"),
    *("open_by_handle_at", "name_to_handle_at", "init_module", "finit_module", "delete_module", "kexec_load"),
    *(
        "kexec_file_load",
        "reboot",
        "swapon",
        "swapoff",
        "quotactl",
        "syslog",
        "vmsplice",
        "tee",
        "acct",
        "seccomp",
    ),
    *("clock_settime", "settimeofday", "adjtimex", "sethostname", "setdomainname", "fanotify_init", "modify_ldt"),
    *("iopl", "ioperm", "migrate_pages", "move_pages", "set_mempolicy", "sched_setscheduler", "setxattr"),
)
UNKNOWN = ("clone3", "memfd_secret", "landlock_create_ruleset", "io_setup", "remap_file_pages", "futex_requeue")


def number(name: str) -> int:
    table = json.loads((resources.files("crucible.sandbox") / "syscalls.json").read_text())
    return int(table[kernel.MACHINE][name])


@pytest.mark.parametrize(("names", "error"), [(REFUSED, 1), (UNKNOWN, 38)], ids=["refused", "unknown"])
async def test_every_refused_system_call_is_refused_by_number(
    sandboxes: Sandboxes, names: tuple[str, ...], error: int
) -> None:
    calls = {name: number(name) for name in names}
    ran = await sandboxes.run(
        f"""
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
for name, number in {calls}.items():
    ctypes.set_errno(0)
    print(name, libc.syscall(number, 0, 0, 0, 0, 0, 0), ctypes.get_errno())
"""
    )
    assert ran.text.splitlines() == [f"{name} -1 {error}" for name in names]


@pytest.mark.skipif(kernel.MACHINE != "x86_64", reason="x32 and i386 are calling conventions of x86_64 alone")
@pytest.mark.parametrize(
    "assembly",
    ["mov $0x40000027, %%rax; syscall", "mov $20, %%eax; int $0x80"],
    ids=["x32", "i386"],
)
async def test_another_calling_convention_ends_the_program(sandboxes: Sandboxes, assembly: str) -> None:
    ran = await sandboxes.run(
        f"""
#include <stdio.h>
int main(void) {{
    long result = 0;
    __asm__ volatile("{assembly}; mov %%rax, %0" : "=r"(result) :: "rax", "rcx", "r11", "memory");
    printf("ENTERED %ld\\n", result);
}}
""",
        "c",
    )
    assert "ENTERED" not in ran.text or ran.text.endswith("-38\n")  # ENOSYS: the kernel has no such convention
    assert ran.finished.outcome is Outcome.KILLED_BY_SIGNAL or ran.text.endswith("-38\n")


async def test_no_namespace_can_be_made_by_clone(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        f"""
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
for flag in (0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000):
    print(libc.syscall({number("clone")}, flag | 17, 0, 0, 0, 0), ctypes.get_errno())
"""
    )
    assert ran.text == "-1 1\n" * 7


async def test_it_has_no_capability_and_can_gain_none(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        "grep -E '^(Cap|NoNewPrivs|Seccomp:)' /proc/self/status; su -c id; ping -c1 127.0.0.1", "bash"
    )
    lines = [line.split() for line in ran.text.splitlines()]
    held = {name: int(value, 16) for name, value in lines if name.startswith("Cap")}
    assert held.keys() >= {"CapInh:", "CapPrm:", "CapEff:", "CapBnd:"}
    assert not any(held.values())
    assert ["NoNewPrivs:", "1"] in lines or sandboxes.has_a_kernel_of_its_own  # gVisor's doesn't tell
    assert ["Seccomp:", "2"] in lines


async def test_a_set_uid_program_gives_no_identity(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        """
import os, stat
found = [f'/usr/bin/{name}' for name in os.listdir('/usr/bin') if os.stat(f'/usr/bin/{name}').st_mode & stat.S_ISUID]
print(len(found) > 0, os.getresuid())
for path in found: os.spawnl(os.P_WAIT, path, path, '--version')
for uid in 0, 1, 65534:
    try: os.setuid(uid); print('BECAME', uid)
    except OSError: pass
"""
    )
    assert "BECAME" not in ran.text
    assert "(1000, 1000, 1000)" in ran.text


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


@pytest.mark.parametrize("path", ["/", "/usr", "/usr/bin/env", "/etc/passwd", "/dev", "/proc/self", "/.scratch"])
async def test_nothing_outside_of_its_own_folders_can_be_written(sandboxes: Sandboxes, path: str) -> None:
    ran = await sandboxes.run(
        f"""
import os
attempts = [
    lambda: open({path!r} + ('/x' if os.path.isdir({path!r}) else ''), 'a'),
    lambda: os.chmod({path!r}, 0o777),
    lambda: os.rename({path!r}, '/tmp/x'),
    lambda: os.utime({path!r}),
]
for attempt in attempts:
    try: attempt(); print('WROTE')
    except OSError as error: print(error.errno in (1, 13, 18, 30, 16, 2))
"""
    )
    assert ran.text == "True\n" * 4


async def test_a_device_can_not_be_made_or_opened(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        """
import os, stat
for kind, major, minor in (stat.S_IFBLK, 254, 0), (stat.S_IFCHR, 1, 1), (stat.S_IFCHR, 5, 1):
    try: os.mknod('/tmp/device', kind | 0o666, os.makedev(major, minor)); print(open('/tmp/device', 'rb').read(1))
    except OSError as error: print(type(error).__name__)
print(sorted(os.listdir('/dev')))
"""
    )
    lines = ran.text.splitlines()
    assert lines[:3] == ["PermissionError"] * 3
    assert "sda" not in lines[3]
    assert "mem" not in lines[3]


async def test_a_terminal_can_not_be_typed_into(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        """
import fcntl
for request in 0x5412, 0x541C, 0x540E, 0x5414:
    try: fcntl.ioctl(0, request, b'x'); print('TYPED')
    except OSError as error: print(error.errno)
"""
    )
    assert ran.text == "25\n" * 4


async def test_overwriting_the_interpreter_through_proc_self_exe_fails(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        """
import os
for path in '/proc/self/exe', os.path.realpath('/proc/self/exe'):
    try: open(path, 'r+b'); print('OPENED')
    except OSError as error: print(error.errno in (1, 13, 26, 30))
"""
    )
    assert ran.text == "True\nTrue\n"


async def test_the_mounts_of_the_root_can_not_be_undone(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        "umount /proc/sys; umount -l /; mount -o remount,rw /usr; unshare -Ur true; nsenter -t 1 -m true; chroot / true;"
        " ls /proc/sys | wc -l; touch /usr/x && echo WROTE",
        "bash",
    )
    assert ran.text == "0\n" or (sandboxes.has_a_kernel_of_its_own and "WROTE" not in ran.text)
