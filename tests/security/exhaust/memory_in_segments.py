"""Fill System V shared memory, which stays when its maker ends.

origin: shmget(2), shmall
stopped by: memory cgroup, an IPC namespace
control: none: it would use up the host's
ends: memory_exceeded or nonzero_exit
limits: memory_bytes=67108864
"""

import ctypes

from attempt import tried

tried("segments")
libc = ctypes.CDLL(None)
libc.shmat.restype = ctypes.c_void_p
for _ in range(64):
    address = libc.shmat(libc.shmget(0, 16 << 20, 0o1600), None, 0)
    if address in (None, 0xFFFF_FFFF_FFFF_FFFF):
        raise SystemExit("refused")
    ctypes.memset(address, 1, 16 << 20)
