"""Connect to Unix sockets by their path: the victim's and, by the same name, the neighbour's.

origin: unix(7)
stopped by: a root of its own
control: user
"""

import os
import socket

from attempt import attempt

path = f"{os.environ['VICTIM_FOLDER']}/victim.sock"
for place in (path, "/tmp/victim.sock", f"/proc/1/root{path}", f"/proc/{os.environ['VICTIM_PID']}/root{path}"):
    with attempt(place), socket.socket(socket.AF_UNIX) as connection:
        connection.connect(place)
