"""Make device files: a disk, memory, a terminal, by their numbers.

origin: mknod(2)
stopped by: the filter of system calls; no capability, nodev mounts
control: root
"""

import os
import stat

from attempt import attempt

for name, kind, major, minor in (
    ("disk", stat.S_IFBLK, 254, 0),
    ("disk2", stat.S_IFBLK, 8, 0),
    ("memory", stat.S_IFCHR, 1, 1),
    ("terminal", stat.S_IFCHR, 5, 1),
    ("null", stat.S_IFCHR, 1, 3),
    ("fuse", stat.S_IFCHR, 10, 229),
):
    for folder in (".", "/tmp", "/dev/shm", "/dev"):
        with attempt(f"{name} in {folder}"):
            os.mknod(f"{folder}/attack-{name}", kind | 0o666, os.makedev(major, minor))
            os.unlink(f"{folder}/attack-{name}")
