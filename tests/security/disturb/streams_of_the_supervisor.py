"""Change the supervisor's own ends of the streams: their size, their flags, their owner; read what it should read.

origin: file status flags belong to the open file, not to the descriptor: O_NONBLOCK set by a child hits its parent
stopped by: each end is an open file of its own; closing or draining them harms the program alone
control: none: it is a supervisor's mistake
"""

import fcntl
import os

from attempt import tried

for stream in range(3):
    for command, argument in ((fcntl.F_SETFL, os.O_NONBLOCK | os.O_ASYNC | os.O_APPEND), (1031, 4096)):
        try:
            fcntl.fcntl(stream, command, argument)
        except OSError:
            continue
    try:
        os.read(os.open(f"/proc/self/fd/{stream}", os.O_RDONLY | os.O_NONBLOCK), 65536)
    except OSError:
        continue
tried("to spoil the streams")
