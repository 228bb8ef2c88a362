"""What the kernel alone takes for the parts of a sandbox: `python -m benchmarks.floor`.

Each part is done in a child of a small process, many times; the time is the median. No way of making a sandbox
from these parts can be faster than their sum.
"""

import gc
import mmap
import os
import resource
import sys
import time
from collections.abc import Callable
from functools import partial
from statistics import median

from crucible.sandbox import kernel

ROUNDS = 60
PAGE = 4096
PAGES = 1000


def in_child(step: Callable[[], None]) -> float:
    """Return how many microseconds a step takes in a process that was just forked."""
    times = []
    for _ in range(ROUNDS):
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            began = time.perf_counter()
            step()
            os.write(writing, str(time.perf_counter() - began).encode())
            os._exit(0)
        times.append(float(os.read(reading, 64)))
        os.waitpid(child, 0)
        os.close(reading)
        os.close(writing)
    return median(times) * 1e6


def fork_and_reap() -> None:
    """Fork a process that ends at once."""
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def measure() -> dict[str, float]:
    """Return the microseconds of each part."""
    shared = mmap.mmap(-1, PAGES * PAGE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    for page in range(PAGES):
        shared[page * PAGE] = 1

    def copy_pages() -> None:
        for page in range(PAGES):
            shared[page * PAGE] = 2

    def look_at_pages() -> None:
        for page in range(PAGES):
            _ = shared[page * PAGE]

    namespaces = {
        "user": kernel.CLONE_NEWUSER,
        "mount": kernel.CLONE_NEWNS,
        "network": kernel.CLONE_NEWNET,
        "IPC": kernel.CLONE_NEWIPC,
        "UTS": kernel.CLONE_NEWUTS,
        "cgroup": kernel.CLONE_NEWCGROUP,
    }
    parts = {"fork, exit and reap": in_child(fork_and_reap)}
    for name, flag in namespaces.items():
        parts[f"a {name} namespace"] = in_child(partial(kernel.unshare, flag))
    looped = in_child(look_at_pages)
    parts["a page copied after a fork"] = max(0.0, in_child(copy_pages) - looped) / PAGES
    return parts


def main() -> int:
    """Print a table."""
    gc.freeze()
    for name, microseconds in measure().items():
        print(f"{name:30} {microseconds:8.2f} µs")
    print(f"{'this process':30} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:8.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
