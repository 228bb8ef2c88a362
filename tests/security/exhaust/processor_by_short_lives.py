"""Use the processor in children that end before anybody looks, and whose time nobody asks for.

origin: getrusage(2) counts children that were waited for
stopped by: cpu cgroup, which forgets nobody
control: none: a limit is what ends it
ends: cpu_exceeded
limits: cpu_seconds=0.5 wall_seconds=20.0
"""

import os
import signal

from attempt import tried

tried("the processor in short lives")
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
while True:
    try:
        if os.fork() == 0:
            sum(range(200_000))
            os._exit(0)
    except OSError:
        continue
