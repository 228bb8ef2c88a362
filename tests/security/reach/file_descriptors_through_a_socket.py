"""Ask whoever holds the other end of an inherited stream for descriptors: streams that are sockets can carry them.

origin: SCM_RIGHTS; supervisors that use a socketpair as standard output
stopped by: streams are pipes and a file
control: it passes one to itself through a socket of its own
"""

import os
import socket
import stat

from attempt import attempt, unless

here, there = socket.socketpair()
socket.send_fds(here, [b"x"], [0])
assert socket.recv_fds(there, 1, 1)[1], "the test of it is worth nothing"
for stream in range(3):
    with attempt(f"stream {stream}"):
        unless(stat.S_ISSOCK(os.fstat(stream).st_mode), "no socket")
        os.write(stream, b"")
