"""Learn where the kernel's functions lie, which exploits need to know.

origin: kernel address leaks; kptr_restrict
stopped by: masked in /proc
control: user
own kernel: it shows its own
"""

from attempt import attempt, unless

for path in ("/proc/kallsyms", "/proc/modules", "/proc/iomem", "/proc/vmallocinfo", "/proc/config.gz"):
    with attempt(path):
        unless(open(path, "rb").read(1), "empty")
