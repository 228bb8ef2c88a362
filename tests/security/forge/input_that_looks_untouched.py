"""Change an input, and give it back its size, time and name, so that nobody collects the change.

origin: make(1) and rsync(1) compare size and time
stopped by: compared by inode and time of change, which a program can't set
control: none: it is a supervisor's mistake
ours: process 1 compares what it collects
"""

import os

from attempt import tried

name = next(name for name in sorted(os.listdir(".")) if name.startswith("attempt"))
before = os.stat(name)
with open(name, "r+b") as file:
    file.write(b"EVIL")
os.utime(name, ns=(before.st_atime_ns, before.st_mtime_ns))
tried("a change that doesn't show")
