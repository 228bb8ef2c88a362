"""Leave children that nobody waits for: each keeps a process id and a place in the process limit.

origin: wait(2)
stopped by: process 1 reaps; the PID namespace ends
control: none: they end with whoever made them
ours: process 1 reaps
"""

import os

from attempt import tried

for _ in range(1000):
    try:
        if os.fork() == 0:
            os._exit(0)
    except OSError:
        break
tried("zombies")
