"""Connect to an abstract Unix socket of the host, and of the neighbour: no file's rights guard those.

origin: unix(7); CVE-2020-15257 (containerd-shim)
stopped by: a network namespace, Landlock
control: user
"""

import os
import socket

from attempt import attempt

with attempt("the victim's"), socket.socket(socket.AF_UNIX) as connection:
    connection.connect("\0" + os.environ["VICTIM_NAME"])
for line in open("/proc/net/unix").read().splitlines()[1:]:
    path = line.split()[-1]
    if path.startswith(("@", "/")):
        with attempt(path), socket.socket(socket.AF_UNIX) as connection:
            connection.connect(path.replace("@", "\0"))
