"""The words of hostile programs in Python: try something, and say how it went."""

import contextlib
import errno
import os
import stat


class Refused(Exception):
    """What was tried did not work, and no system call said so."""


def _say(line):
    os.write(1, f"{line}\n".encode(errors="replace"))


@contextlib.contextmanager
def attempt(what):
    """Try `what`: it succeeded where the body comes to its end, and was refused where the kernel says so."""
    try:
        yield
    except OSError as error:
        _say(f"refused: {what}: {errno.errorcode.get(error.errno or 0, error)}")
    except Refused as error:
        _say(f"refused: {what}: {error}")
    else:
        _say(f"SUCCEEDED: {what}")


def unless(condition, why):
    """Give up the attempt where it has not got what it wanted."""
    if not condition:
        raise Refused(why)


def unless_null(descriptor):
    """Give up the attempt where the null device was opened: some engines cover with it what they mask."""
    unless(not stat.S_ISCHR(os.fstat(descriptor).st_mode), "the null device")


def system_call(name_or_number, *arguments):
    """Make a system call past libc's own checks. Raises OSError."""
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    number = NUMBERS[name_or_number] if isinstance(name_or_number, str) else name_or_number
    given = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    result = libc.syscall(ctypes.c_long(number), *given)
    if result == -1:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return result


def _numbers():
    """Return the numbers that differ between architectures, for this one."""
    names = "ptrace mount umount2 pivot_root chroot unshare setns clone reboot syslog add_key keyctl prctl bpf"
    x86_64 = (101, 165, 166, 155, 161, 272, 308, 56, 169, 103, 248, 250, 157, 321)
    aarch64 = (117, 40, 39, 41, 51, 97, 268, 220, 142, 116, 217, 219, 167, 280)
    return dict(zip(names.split(), x86_64 if os.uname().machine == "x86_64" else aarch64, strict=True))


NUMBERS = _numbers()


def tried(what):
    """Say that something was tried whose success shows only from outside."""
    _say(f"tried: {what}")
