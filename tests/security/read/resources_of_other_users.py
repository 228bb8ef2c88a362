"""List what others hold: locks, keys, shared memory, partitions, drivers.

origin: proc(5)
stopped by: masked in /proc, namespaces
control: user
own kernel: it shows its own
"""

from attempt import attempt, unless

for (
    name
) in "locks keys key-users swaps partitions devices misc crypto consoles ioports dma fb mtrr tty/drivers".split():
    with attempt(f"/proc/{name}"):
        unless(open(f"/proc/{name}", "rb").read(1), "empty")
