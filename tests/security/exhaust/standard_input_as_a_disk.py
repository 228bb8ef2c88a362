"""Write into the file behind its standard input, which no limit on disks counts.

origin: /proc/self/fd/0 opens anew, with other rights
stopped by: the file is sealed
control: none: how input is passed differs
"""

import os

from attempt import attempt

with attempt("to open it for writing and to grow it"):
    descriptor = os.open("/proc/self/fd/0", os.O_RDWR)
    os.ftruncate(descriptor, 1 << 20)
    os.pwrite(descriptor, b"x" * (1 << 20), 0)
