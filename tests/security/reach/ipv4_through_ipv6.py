"""Connect to an IPv4 service through an IPv6 socket, past a wall that knows one family.

origin: ipv6(7), mapped addresses
stopped by: a network namespace with nothing in it, seccomp
control: user
"""

import os
import socket

from attempt import attempt

with attempt("a mapped address"), socket.socket(socket.AF_INET6) as connection:
    connection.settimeout(1)
    connection.connect(("::ffff:127.0.0.1", int(os.environ["VICTIM_TCP"])))
