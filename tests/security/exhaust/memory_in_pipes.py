"""Fill pipes that nobody reads: their buffers are the kernel's memory.

origin: pipe(7)
stopped by: open files, memory cgroup, pipe-user-pages-soft
control: it ends when the kernel refuses
ends: succeeded or memory_exceeded
limits: memory_bytes=67108864
"""

import fcntl
import os

from attempt import attempt, tried

tried("memory in pipes")
pipes = []
with attempt("without a bound"):
    for _ in range(4096):
        pipes.append(os.pipe())
        os.set_blocking(pipes[-1][1], False)
        try:
            fcntl.fcntl(pipes[-1][1], 1031, 1 << 20)
        except PermissionError:
            pass
        try:
            while True:
                os.write(pipes[-1][1], b"x" * 65536)
        except BlockingIOError:
            pass
