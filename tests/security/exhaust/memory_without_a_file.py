"""Fill files that are in memory alone, which no limit on disks counts.

origin: memfd_create(2)
stopped by: memory cgroup, RLIMIT_FSIZE
control: none: it would use up the host's
ends: memory_exceeded or disk_exceeded or nonzero_exit
limits: memory_bytes=67108864
"""

import os

from attempt import tried

tried("memory as files")
while True:
    file = os.memfd_create("attack")
    for _ in range(100):
        os.write(file, b"x" * (1 << 20))
