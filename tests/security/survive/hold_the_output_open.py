"""End, and leave a child that holds both streams open, for ever.

origin: supervisors that wait for end-of-file; Popen.communicate
stopped by: the end is the process's, and process 1 kills the rest at once
control: none: it would keep whoever reads it waiting
ours: process 1 kills whatever is left
limits: wall_seconds=60.0
"""

import os
import time

from attempt import tried

tried("to keep the streams open")
if os.fork() == 0:
    os.setsid()
    time.sleep(3600)
