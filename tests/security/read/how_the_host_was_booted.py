"""Read the kernel's command line and boot configuration, in which people put secrets.

origin: proc(5)
stopped by: masked in /proc
control: user
own kernel: it shows its own
"""

from attempt import attempt, unless

for path in ("/proc/cmdline", "/proc/bootconfig", "/proc/device-tree"):
    with attempt(path):
        unless(open(path, "rb").read(1), "empty")
