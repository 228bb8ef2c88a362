"""Take a little memory in each of many processes.

origin: RLIMIT_AS counts each process alone
stopped by: memory cgroup, which counts them all
control: none: it would use up the host's
ends: memory_exceeded
limits: memory_bytes=67108864 wall_seconds=20.0
"""

import os
import time

from attempt import tried

tried("a little memory, many times")
for _ in range(30):
    if os.fork() == 0:
        block = b"x" * (8 << 20)
        time.sleep(60)
time.sleep(60)
