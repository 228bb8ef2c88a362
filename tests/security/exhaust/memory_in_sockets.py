"""Fill the buffers of sockets that nobody reads.

origin: unix(7); wmem_max
stopped by: open files, memory cgroup
control: it ends when the kernel refuses
ends: succeeded or memory_exceeded
limits: memory_bytes=67108864
"""

import socket

from attempt import attempt, tried

tried("memory in sockets")
pairs = []
with attempt("without a bound"):
    for _ in range(4096):
        pairs.append(socket.socketpair())
        pairs[-1][0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 24)
        pairs[-1][0].setblocking(False)
        try:
            while True:
                pairs[-1][0].send(b"x" * 65536)
        except BlockingIOError:
            pass
