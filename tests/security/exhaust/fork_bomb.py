"""Fork without an end.

origin: the fork bomb
stopped by: pids cgroup
control: none: on the host nobody would end it
ends: timed_out or nonzero_exit or memory_exceeded
limits: wall_seconds=1.5 processes=24
"""

import os

from attempt import tried

tried("a fork bomb")
while True:
    os.fork()
