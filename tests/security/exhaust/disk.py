"""Fill the disk.

origin: dd if=/dev/zero
stopped by: a file system of memory with a size, RLIMIT_FSIZE
control: none: it would fill the host's
ends: disk_exceeded or memory_exceeded
limits: disk_bytes=4194304
"""

from attempt import tried

tried("to fill the disk")
for number in range(1000):
    with open(f"/tmp/{number}", "wb") as file:
        file.write(b"x" * (1 << 20))
