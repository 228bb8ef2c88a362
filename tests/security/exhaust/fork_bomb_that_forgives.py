"""Fork without an end, and go on where the kernel refuses: the bomb that doesn't end by itself.

origin: the fork bomb
stopped by: pids cgroup, the limit on time
control: none: on the host nobody would end it
ends: timed_out or memory_exceeded
limits: wall_seconds=1.5 processes=24
"""

import os

from attempt import tried

tried("a fork bomb")
while True:
    try:
        os.fork()
    except OSError:
        continue
