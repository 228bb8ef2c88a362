"""The system calls that Python's `os` doesn't have, each raising an error that names the call and its object.

Some can be written down, too, to be made later: a process that was just forked copies each page that it writes to,
and an interpreter that works out what to do next writes to many. So whoever forks works it out, and its child does
nothing but make the calls.
"""

from __future__ import annotations

import ctypes
import os
import signal
import struct
from enum import IntEnum
from typing import Any, Callable, Final, List, Tuple

_libc = ctypes.CDLL(None, use_errno=True)
_libc.mount.argtypes = (ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_ulong, ctypes.c_char_p)
_libc.syscall.restype = ctypes.c_long
_libc.prctl.argtypes = (ctypes.c_int, ctypes.c_ulong, ctypes.c_ulong, ctypes.c_ulong, ctypes.c_ulong)
_libc.ptrace.argtypes = (ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)
_libc.ptrace.restype = ctypes.c_long
_own_process = ctypes.PyDLL(None, use_errno=True)
_CapabilityHeader = ctypes.c_uint32 * 2
_CapabilitySets = ctypes.c_uint32 * 6
CLONE_INTO_CGROUP: Final = 0x2_0000_0000
CLONE_ARGUMENTS: Final = struct.Struct("=11Q")
"""The kernel's `struct clone_args`."""
CLONE_CGROUP: Final = 80
"""Where in it the group's folder is named."""
_SYSINFO = struct.Struct("=10q H 26x")
"""The kernel's `struct sysinfo`, of which only the number of processes and threads is of interest."""
_How = ctypes.c_uint64 * 3
"""Of openat2. A type that is made where it is used is made anew by each process that was forked before."""

CLONE_NEWNS: Final = 0x0002_0000
CLONE_NEWCGROUP: Final = 0x0200_0000
CLONE_NEWUTS: Final = 0x0400_0000
CLONE_NEWIPC: Final = 0x0800_0000
CLONE_NEWUSER: Final = 0x1000_0000
CLONE_NEWPID: Final = 0x2000_0000
CLONE_NEWNET: Final = 0x4000_0000

MS_RDONLY: Final = 0x1
MS_NOSUID: Final = 0x2
MS_NODEV: Final = 0x4
MS_NOEXEC: Final = 0x8
MS_REMOUNT: Final = 0x20
MS_BIND: Final = 0x1000
MS_REC: Final = 0x4000
MS_PRIVATE: Final = 0x4_0000
MNT_DETACH: Final = 0x2

MOUNT_ATTR_RDONLY: Final = 0x1
MOUNT_ATTR_NOSUID: Final = 0x2
MOUNT_ATTR_NODEV: Final = 0x4
MOUNT_ATTR_NOEXEC: Final = 0x8

_AT_FDCWD: Final = -100
_AT_RECURSIVE: Final = 0x8000

# These calls came after the architectures agreed on one numbering.
_SYS_MOUNT_SETATTR: Final = 442
_SYS_OPENAT2: Final = 437
SYS_PIDFD_OPEN: Final = 434
SYS_CLONE3: Final = 435
_SYS_CLOSE_RANGE: Final = 436
_SYS_PROCESS_VM_READV: Final = {"x86_64": 310, "aarch64": 270}
_SYS_PIVOT_ROOT: Final = {"x86_64": 155, "aarch64": 41}
_SYS_CAPSET: Final = {"x86_64": 126, "aarch64": 91}
SYS_SECCOMP: Final = {"x86_64": 317, "aarch64": 277}
SYS_LANDLOCK_CREATE_RULESET: Final = 444
SYS_LANDLOCK_ADD_RULE: Final = 445
SYS_LANDLOCK_RESTRICT_SELF: Final = 446

_POKE: Final = 5  # PTRACE_POKEDATA

MACHINE: Final = os.uname().machine

AUDIT_ARCHITECTURES: Final = {"x86_64": 0xC000_003E, "aarch64": 0xC000_00B7}
"""What the kernel's audit and seccomp call the machine's own calling convention."""
X32_BIT: Final = 0x4000_0000
"""Set in the number of a call in x86_64's other convention."""


class Prctl(IntEnum):
    """What prctl(2) sets or tells of a process: there, `PR_` precedes each name."""

    SET_PDEATHSIG = 1
    SET_DUMPABLE = 4
    SET_KEEPCAPS = 8
    CAPBSET_READ = 23
    CAPBSET_DROP = 24
    SET_NO_NEW_PRIVS = 38
    CAP_AMBIENT = 47


CAP_AMBIENT_IS_SET: Final = 1
CAP_AMBIENT_CLEAR_ALL: Final = 4
"""What `Prctl.CAP_AMBIENT` can be asked to do."""

Call = Tuple[Callable[..., Any], Tuple[Any, ...], str]
"""A call that is written down: what to call, with what, and what an error says it was for."""
Calls = List[Call]


class KernelError(OSError):
    """A system call failed. Its text names the call, its object and the kernel's reason."""


def _check(result: int, call: str, about: str) -> int:
    if result == -1:
        number = ctypes.get_errno()
        raise KernelError(number, f"{call}({about}): {os.strerror(number)}")
    return result


def make(calls: Calls) -> None:
    """Make calls that were written down. Raises OSError at the first that fails, and makes none after it."""
    for function, arguments, about in calls:
        if function(*arguments) == -1:
            _check(-1, function.__name__, about)


def result(call: Call) -> int:
    """Make a call that was written down, and return what it returns. Raises OSError."""
    function, arguments, about = call
    return _check(function(*arguments), function.__name__, about)


def error_of(call: Call) -> int:
    """Make a call that was written down, and return the number of its error; 0 where there is none."""
    function, arguments, _ = call
    return ctypes.get_errno() if function(*arguments) == -1 else 0


def calling(function: str, *arguments: object, about: str = "") -> Call:
    """Write a call of the C library down, by its name there."""
    return getattr(_libc, function), arguments, about


def syscalling(number: int, *arguments: object, about: str) -> Call:
    """Write `syscall` down."""
    return _libc.syscall, (ctypes.c_long(number), *arguments), about


def syscall(number: int, *arguments: object, about: str) -> int:
    """Make a raw system call. Raises KernelError, in which `about` says what it was for."""
    return _check(_libc.syscall(ctypes.c_long(number), *arguments), f"syscall {number}", about)


def unshare(flags: int) -> None:
    """Move this process into namespaces of its own (for CLONE_NEWPID: its future children)."""
    make([unsharing(flags)])


def unsharing(flags: int) -> Call:
    """Write `unshare` down."""
    return _libc.unshare, (ctypes.c_int(flags),), hex(flags)


def fork() -> int:
    """Fork as C does, without what Python's modules have registered for a fork. Only for a process of one thread.

    Making `random` and `threading` ready for a child touches some eighty pages, which process 1 has no use for.
    """
    return _check(_own_process.fork(), "fork", "process 1")


def clone_arguments(flags: int) -> bytes:
    """Return a `struct clone_args` of a process that gets a copy of this one's memory, as of a fork."""
    flags_and_descriptors, stack_to_group = (flags, 0, 0, 0), (0, 0, 0, 0, 0, 0)
    return CLONE_ARGUMENTS.pack(*flags_and_descriptors, signal.SIGCHLD, *stack_to_group)


def tell_of_fork() -> None:
    """Have Python, and modules that asked to be told, do in this child what they do before and after a fork."""
    ctypes.pythonapi.PyOS_BeforeFork()
    ctypes.pythonapi.PyOS_AfterFork_Child()


def give_back_heap() -> None:
    """Have the C library return what it keeps of memory that was let go, which each fork would go through."""
    trim = getattr(_libc, "malloc_trim", None)  # the GNU library's alone
    if trim is not None:
        trim(ctypes.c_size_t(0))


def setns(namespace: int, kind: int) -> None:
    """Move this process into an existing namespace (for CLONE_NEWPID: its future children)."""
    make([entering_namespace(namespace, kind)])


def entering_namespace(namespace: int, kind: int) -> Call:
    """Write `setns` down."""
    return _libc.setns, (ctypes.c_int(namespace), ctypes.c_int(kind)), hex(kind)


def pidfd_open(process: int) -> int:
    """Return a descriptor that means this process, and never another that gets its number."""
    return syscall(SYS_PIDFD_OPEN, ctypes.c_int(process), ctypes.c_uint(0), about="pidfd_open")


class _Vector(ctypes.Structure):
    """The kernel's `struct iovec`."""

    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


def read_process(process: int, address: int, size: int) -> bytes:
    """Return what another process has in its memory, less where that ends. Needs the right to trace it.

    Unlike its file below /proc, this asks for nothing but that right, whoever owns what.
    """
    buffer = ctypes.create_string_buffer(size)
    here, there = _Vector(ctypes.addressof(buffer), size), _Vector(address, size)
    one, none = ctypes.c_ulong(1), ctypes.c_ulong(0)
    count = syscall(
        _SYS_PROCESS_VM_READV[MACHINE],
        ctypes.c_int(process),
        ctypes.byref(here),
        one,
        ctypes.byref(there),
        one,
        none,
        about=f"process_vm_readv {process}",
    )
    return buffer.raw[:count]


def ptrace(request: int, thread: int, data: Any = 0) -> None:
    """Make a request of the kernel about a thread that this process traces, or wants to."""
    _check(_libc.ptrace(request, thread, 0, data), "ptrace", f"{request:#x} of {thread}")


def poke(thread: int, address: int, word: bytes) -> None:
    """Write eight bytes into the memory of a thread that is traced and stands."""
    content = int.from_bytes(word, "little")
    _check(_libc.ptrace(_POKE, thread, address, content), "ptrace", f"{_POKE} of {thread} at {address:#x}")


def mount(source: str, target: str, kind: str | None, flags: int, data: str | None = None) -> None:
    """Mount `source` of file system type `kind` on `target`."""
    make([mounting(source, target, kind, flags, data)])


def mounting(source: str, target: str, kind: str | None, flags: int, data: str | None = None) -> Call:
    """Write `mount` down."""
    texts = [text.encode() if text else None for text in (source, target, kind, data)]
    return _libc.mount, (*texts[:3], flags, texts[3]), f"{source} on {target}"


def unmount(target: str) -> None:
    """Detach a mount now; it is gone once nobody uses it."""
    make([unmounting(target)])


def unmounting(target: str) -> Call:
    """Write `unmount` down."""
    return _libc.umount2, (target.encode(), ctypes.c_int(MNT_DETACH)), target


def set_mount_attributes(target: str, attributes: int, *, recursive: bool = False, clear: int = 0) -> None:
    """Add attributes to a mount, and to every mount below it where `recursive` (Linux 5.12)."""
    request = (ctypes.c_uint64 * 4)(attributes, clear, 0, 0)
    syscall(
        _SYS_MOUNT_SETATTR,
        ctypes.c_int(_AT_FDCWD),
        target.encode(),
        ctypes.c_uint(_AT_RECURSIVE if recursive else 0),
        ctypes.byref(request),
        ctypes.c_size_t(ctypes.sizeof(request)),
        about=f"mount_setattr {target}",
    )


def pivot_root(folder: str) -> None:
    """Make `folder`, a mount, the root, and detach the root that was."""
    make(pivoting_root(folder))


def pivoting_root(folder: str) -> Calls:
    """Write `pivot_root` down."""
    return [
        calling("chdir", folder.encode(), about=folder),
        (_libc.syscall, (ctypes.c_long(_SYS_PIVOT_ROOT[MACHINE]), b".", b"."), f"pivot_root {folder}"),
        unmounting("."),
        calling("chdir", b"/", about="/"),
    ]


def prctl(option: Prctl, argument: int) -> None:
    """Set an attribute of this process."""
    make([prctling(option, argument)])


def prctling(option: Prctl, argument: int) -> Call:
    """Write `prctl` down."""
    return _libc.prctl, (option, argument, 0, 0, 0), f"PR_{option.name} {argument}"


def die_with_parent(signal_number: int) -> None:
    """Have the kernel send this process a signal when its parent dies. Any later change of uid clears it."""
    make([dying_with_parent(signal_number)])


def dying_with_parent(signal_number: int) -> Call:
    """Write `die_with_parent` down."""
    return prctling(Prctl.SET_PDEATHSIG, signal_number)


def set_hostname(name: str) -> None:
    """Name this UTS namespace."""
    make([setting_hostname(name)])


def setting_hostname(name: str) -> Call:
    """Write `set_hostname` down."""
    encoded = name.encode()
    return _libc.sethostname, (encoded, ctypes.c_size_t(len(encoded))), name


def close_descriptors_from(first: int) -> None:
    """Close every descriptor from `first` on. Python's own call tries each number before 3.10."""
    make([closing_descriptors_from(first)])


def closing_descriptors_from(first: int) -> Call:
    """Write `close_descriptors_from` down."""
    last = 0x7FFF_FFFF  # the highest there can be; gVisor's kernel takes a higher bound for a negative one
    arguments = (ctypes.c_long(_SYS_CLOSE_RANGE), ctypes.c_uint(first), ctypes.c_uint(last), ctypes.c_uint(0))
    return _libc.syscall, arguments, "close_range"


def set_capabilities(effective: int, permitted: int) -> None:
    """Set this process's capability sets; the inheritable one becomes empty."""
    make([setting_capabilities(effective, permitted)])


def setting_capabilities(effective: int, permitted: int) -> Call:
    """Write `set_capabilities` down."""
    header = _CapabilityHeader(0x2008_0522, 0)
    low, high = 0xFFFF_FFFF, 32
    data = _CapabilitySets(
        effective & low, permitted & low, 0, effective >> high & low, permitted >> high & low, 0
    )
    return _libc.syscall, (ctypes.c_long(_SYS_CAPSET[MACHINE]), header, data), "capset"


def count_others() -> int:
    """Return how many processes and threads there are besides this one, in a kernel that is a container's own."""
    status = ctypes.create_string_buffer(_SYSINFO.size)
    _libc.sysinfo(status)  # which fails for a bad address alone
    others: int = _SYSINFO.unpack(status.raw)[-1] - 1
    return others


def openat2(folder: int, path: bytes, flags: int, resolve: int, mode: int = 0) -> int:
    """Open `path` below `folder` under the kernel's own rules for resolving it; return a descriptor."""
    how = _How(flags, mode, resolve)
    return syscall(
        _SYS_OPENAT2,
        ctypes.c_int(folder),
        path,
        ctypes.byref(how),
        ctypes.c_size_t(ctypes.sizeof(how)),
        about="openat2",
    )
