"""Read the kernel's settings.

origin: sysctl(8)
stopped by: /proc/sys masked
control: user
own kernel: it shows its own
"""

from attempt import attempt, unless

for name in "kernel/random/boot_id kernel/core_pattern kernel/hostname fs/file-nr vm/overcommit_memory net/core/somaxconn".split():
    with attempt(f"/proc/sys/{name}"):
        unless(open(f"/proc/sys/{name}").read(), "empty")
