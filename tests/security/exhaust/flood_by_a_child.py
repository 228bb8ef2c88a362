"""Have a child print without an end, and end.

origin: supervisors that stop counting when the program is gone
stopped by: process 1 kills the rest before the end is told
control: none: on the host it would not end
ours: the executor's reader
ends: succeeded or output_exceeded
limits: output_bytes=100000
"""

import os

from attempt import tried

tried("a flood")
if os.fork() == 0:
    os.setsid()
    while True:
        os.write(1, b"x" * 65536)
