"""Read the kernel's or the machine's memory through the files that stand for it.

origin: kmem(4); pagemap and rowhammer
stopped by: no such devices, masked in /proc, no capability
control: root
"""

from attempt import attempt, unless

for (
    path
) in "/dev/mem /dev/kmem /dev/port /proc/kcore /proc/kpageflags /proc/kpagecount /dev/crash /dev/oldmem".split():
    with attempt(path):
        unless(open(path, "rb").read(1), "empty")
with attempt("physical addresses of its own pages"), open("/proc/self/pagemap", "rb") as pagemap:
    import ctypes

    page = ctypes.create_string_buffer(b"x", 4096)
    pagemap.seek(ctypes.addressof(page) // 4096 * 8)
    unless(int.from_bytes(pagemap.read(8), "little") & ((1 << 55) - 1), "hidden")
