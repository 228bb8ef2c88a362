"""Ask for a hundred thousand files that don't exist: the kernel remembers each of them.

origin: negative directory entries
stopped by: memory cgroup, which counts the kernel's memory
control: none: what is left shows in the host's memory
ends: succeeded or memory_exceeded
limits: memory_bytes=67108864
"""

import os

from attempt import tried

for number in range(100_000):
    os.path.exists(f"/tmp/{number:0>200}")
tried("names that are not there")
