"""Fill the bytes that the kernel grants one user's message queues.

origin: user_namespaces(7), RLIMIT_MSGQUEUE
stopped by: each namespace is made by a uid of its own
control: user
promise: COUNTED_APART
at once: 8
"""

import ctypes
import os
import time

from attempt import tried

libc = ctypes.CDLL(None, use_errno=True)
taken = 0
while libc.mq_open(f"/attack-{os.getpid()}-{taken}".encode(), os.O_CREAT | os.O_RDWR, 0o600, None) >= 0:
    taken += 1
time.sleep(1.0)
for number in range(taken):
    libc.mq_unlink(f"/attack-{os.getpid()}-{number}".encode())
tried(f"{taken} queues")
