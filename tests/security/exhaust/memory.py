"""Take more memory than is granted, or than there is.

origin: malloc in a loop
stopped by: memory cgroup, no swap
control: none: it would use up the host's
ends: memory_exceeded
limits: memory_bytes=67108864
"""

from attempt import tried

tried("all of the memory")
blocks = []
while True:
    blocks.append(bytearray(b"x" * (1 << 20)))
