"""Fill the disk with files that have no name any more, so that nobody finds what is full.

origin: unlink(2)
stopped by: a file system with a size
control: none: it would fill the host's
ends: disk_exceeded or memory_exceeded or nonzero_exit
limits: disk_bytes=4194304
"""

import os

from attempt import tried

tried("files without names")
files = []
while True:
    files.append(open("/tmp/attack-gone", "wb"))
    os.unlink("/tmp/attack-gone")
    files[-1].write(b"x" * 262_144)
    files[-1].flush()
