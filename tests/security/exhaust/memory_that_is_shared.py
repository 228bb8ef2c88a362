"""Take memory that belongs to no process alone: shared mappings.

origin: mmap(2), MAP_SHARED | MAP_ANONYMOUS
stopped by: memory cgroup
control: none: it would use up the host's
ends: memory_exceeded
limits: memory_bytes=67108864
"""

import mmap

from attempt import tried

tried("shared memory")
view = mmap.mmap(-1, 1 << 30)
for start in range(0, 1 << 30, 4096):
    view[start] = 1
