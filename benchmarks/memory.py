"""What a process and all its descendants hold in memory."""

import re
from pathlib import Path

_PSS = re.compile(r"^Pss:\s+(\d+) kB$", re.MULTILINE)
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
