"""Leave what the kernel keeps when its maker is gone: shared memory, semaphores, queues, keys, locks.

origin: svipc(7), mq_overview(7)
stopped by: an IPC namespace, which ends with its last process; /dev/shm of its own
control: it sees them itself
"""

import ctypes
import fcntl
import os

from attempt import tried

libc = ctypes.CDLL(None, use_errno=True)
libc.shmget(0x61747461, 1 << 20, 0o1666)
libc.semget(0x61747461, 4, 0o1666)
libc.msgget(0x61747461, 0o1666)
libc.mq_open(b"/attack-queue", os.O_CREAT | os.O_RDWR, 0o600, None)
for folder in ("/dev/shm", "/tmp", "/var/tmp", "/workspace"):
    try:
        file = open(f"{folder}/attack-left", "w")
        file.write("x" * 4096)
        fcntl.flock(file, fcntl.LOCK_EX)
    except OSError:
        continue
tried("to leave things behind")
