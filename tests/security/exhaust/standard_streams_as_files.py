"""Read its own output, so that what it writes never ends and never arrives.

origin: a pipe that one reads oneself, through /proc/self/fd/1
stopped by: the streams belong to somebody else; the limit on time
control: none: a limit is what ends it
ends: succeeded or timed_out
limits: wall_seconds=1.0
"""

import os

from attempt import attempt, tried

for stream in (1, 2):
    tried(f"to read its own stream {stream}")
    with attempt(f"stream {stream}"):
        descriptor = os.open(f"/proc/self/fd/{stream}", os.O_RDONLY)
        if stream == 2:
            raise OSError(1, "not tried twice")
        while True:
            os.read(descriptor, 65536)
