"""Reboot, crash or remount the host by the magic key. Opening it is proof enough.

origin: sysrq
stopped by: /proc is read-only, masked
control: none: many kernels are built without it
"""

import os

from attempt import attempt

with attempt("/proc/sysrq-trigger"):
    os.close(os.open("/proc/sysrq-trigger", os.O_WRONLY))
