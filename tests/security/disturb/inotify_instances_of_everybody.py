"""Take every inotify instance that the kernel grants to one user of the host.

origin: user_namespaces(7): what is made inside is counted against whoever made the namespace, too
stopped by: each namespace is made by a uid of its own
control: user
promise: COUNTED_APART
at once: 4
"""

import ctypes
import time

from attempt import tried

libc = ctypes.CDLL(None, use_errno=True)
taken = 0
while libc.inotify_init1(0) >= 0:
    taken += 1
time.sleep(1.0)
tried(f"{taken} instances")
