"""Take every System V semaphore and queue that there is.

origin: semget(2), SEMMNI
stopped by: an IPC namespace, memory cgroup
control: none: it would use up the host's
ends: succeeded or memory_exceeded
"""

import ctypes

from attempt import tried

libc = ctypes.CDLL(None)
made = 0
while made < 5000 and libc.semget(0, 250, 0o1600) >= 0 and libc.msgget(0, 0o1600) >= 0:
    made += 1
tried(f"semaphores and queues, {made} times")
