"""Make files that are empty until there are no more: a disk that is full of nothing.

origin: df -i
stopped by: a file system with a number of inodes
control: none: it would fill the host's
ends: disk_exceeded or memory_exceeded
limits: disk_bytes=4194304
"""

from attempt import tried

tried("files of nothing")
for number in range(200_000):
    open(f"/tmp/{number}", "w").close()
