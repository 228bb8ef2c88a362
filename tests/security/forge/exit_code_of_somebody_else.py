"""Have another process end well while the program ends badly.

origin: supervisors that wait for any child
stopped by: process 1 waits for the one that it started
control: none: it is a supervisor's mistake
ours: process 1 waits for its own child
ends: nonzero_exit
"""

import os
import time

from attempt import tried

tried("to end well elsewhere")
for _ in range(20):
    if os.fork() == 0:
        if os.fork() == 0:
            os._exit(0)
        os._exit(0)
time.sleep(0.1)
os._exit(7)
