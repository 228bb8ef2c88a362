"""Whose a container is: the process that made it, told from any other of any time that had its number."""

import os


def label() -> str:
    """Return what names this process: the namespace in which its number counts, the number, when it started."""
    return f"{_namespace()}.{os.getpid()}.{_started(os.getpid())}"


def is_gone(label: str) -> bool:
    """Tell whether the process of a label lived where this one does, and is no more.

    Of a label from another place nothing is known: that executor may live.
    """
    namespace, _, rest = label.partition(".")
    number, _, started = rest.partition(".")
    if namespace != _namespace() or not number.isdigit():
        return False
    return _started(int(number)) != started


def _namespace() -> str:
    return os.readlink("/proc/self/ns/pid").strip("pid:[]")


def _started(process: int) -> str:
    """Return when a process started, in ticks since the machine did; nothing for one that is no more."""
    try:
        with open(f"/proc/{process}/stat") as file:
            return file.read().rpartition(")")[2].split()[19]
    except (FileNotFoundError, ProcessLookupError):
        return ""
