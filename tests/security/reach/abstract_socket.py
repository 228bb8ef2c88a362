"""Connect to an abstract Unix socket of the host, and of the neighbour: no file's rights guard those.

origin: unix(7); CVE-2020-15257 (containerd-shim)
stopped by: a network namespace, Landlock
control: user
"""

import os
import socket

from attempt import attempt, unless

name = os.environ["VICTIM_NAME"]
with attempt("the victim's"), socket.socket(socket.AF_UNIX) as connection:
    connection.connect(f"\0{name}")
with attempt("to see it in the kernel's list"):
    unless(f"@{name}" in open("/proc/net/unix").read(), "it is not in the list")
