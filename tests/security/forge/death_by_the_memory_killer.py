"""Pretend that a limit ended it: print the messages, and end by the signal that limits end with.

origin: outcomes guessed from exit code 137
stopped by: the outcome comes from the cgroup's counters
control: none: it is a supervisor's mistake
ends: killed_by_signal
"""

import os
import signal

from attempt import tried

tried("to look like a victim of the memory killer")
os.write(2, b"MemoryError\nKilled\nOut of memory: Killed process 1\n")
os.kill(os.getpid(), signal.SIGKILL)
