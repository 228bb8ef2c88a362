"""Take the pipe buffers that the kernel grants one user, so that others' pipes get none.

origin: pipe(7), pipe-user-pages-soft
stopped by: a uid of its own, open files
control: it ends when the kernel refuses
promise: COUNTED_APART
at once: 4
"""

import fcntl
import os
import time

from attempt import attempt

with attempt("without a bound"):
    for _ in range(5000):
        _, end = os.pipe()
        fcntl.fcntl(end, 1031, 1 << 20)
time.sleep(0.5)
