"""What a process and all its descendants hold in memory."""

import contextlib
import re
from pathlib import Path

_PSS = re.compile(r"^Pss:\s+(\d+) kB$", re.MULTILINE)
_PRIVATE = re.compile(r"^Private_(?:Clean|Dirty):\s+(\d+) kB$", re.MULTILINE)
_RSS = re.compile(r"^VmRSS:\s+(\d+) kB$", re.MULTILINE)


def process_tree(root: int) -> list[int]:
    """Return a process and everything that descends from it."""
    found = [root]
    for number in found:
        for children in Path(f"/proc/{number}/task").glob("*/children"):
            found.extend(map(int, children.read_text().split()))
    return found


def resident_bytes(process: int) -> int:
    """Return what it holds: of what n processes share, an n-th (PSS), or all (RSS) where the kernel won't say."""
    try:
        match = _PSS.search(Path(f"/proc/{process}/smaps_rollup").read_text())
    except OSError:
        match = None
    match = match or _RSS.search(Path(f"/proc/{process}/status").read_text())
    return int(match[1]) * 1024 if match else 0


def own_bytes(root: int) -> int:
    """Return what a process and all its descendants hold that no other process shares."""
    found = (Path(f"/proc/{process}/smaps_rollup").read_text() for process in process_tree(root))
    return sum(1024 * int(size) for text in found for size in _PRIVATE.findall(text))


def executor_of(server: int) -> int:
    """Return the executor's process id among a server's processes. Raises LookupError where there is none."""
    for process in process_tree(server):
        if b"executor" in Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0"):
            return process
    raise LookupError("the server has no executor")


def sandboxes(executor: int) -> list[int]:
    """Return the process 1 of each sandbox of an executor's zygotes: two PID namespaces further in than it."""
    depth = len(_inside(executor)) + 2
    inside = ((process, _inside(process)) for process in process_tree(executor))
    return [process for process, numbers in inside if len(numbers) == depth and numbers[-1] == "1"]


def _inside(process: int) -> list[str]:
    """Return a process's number in each PID namespace that it is in, the outermost first; none where it ended."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for line in Path(f"/proc/{process}/status").read_text().splitlines():
            if line.startswith("NSpid:"):
                return line.split()[1:]
    return []
