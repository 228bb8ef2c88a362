"""Change the kernel's settings. Opening them to write is proof enough; writing would harm who is not protected.

origin: sysctl(8); core_pattern and modprobe name programs that the kernel runs as root
stopped by: /proc is read-only and /proc/sys masked, no capability
control: root
"""

import os

from attempt import attempt, unless_null

NAMES = "kernel/core_pattern kernel/modprobe kernel/hotplug kernel/sysrq kernel/panic kernel/randomize_va_space vm/drop_caches vm/overcommit_memory fs/binfmt_misc/register fs/suid_dumpable net/ipv4/ip_forward user/max_user_namespaces kernel/ns_last_pid"
for name in NAMES.split():
    with attempt(name):
        unless_null(os.open(f"/proc/sys/{name}", os.O_WRONLY))
