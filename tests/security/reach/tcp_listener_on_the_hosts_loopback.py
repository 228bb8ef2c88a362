"""Connect to a service that listens on the host's loopback address: databases, metadata, debuggers.

origin: services that trust 127.0.0.1; Docker's --network host
stopped by: a network namespace with nothing in it, seccomp
control: user
"""

import os
import socket

from attempt import attempt

port = int(os.environ["VICTIM_TCP"])
for address in ("127.0.0.1", "localhost", "127.1", "0.0.0.0", "127.255.255.254"):
    with attempt(address):
        socket.create_connection((address, port), 1).close()
