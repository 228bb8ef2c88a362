"""Stop itself: a stopped process neither runs nor ends.

origin: SIGSTOP; supervisors that wait for a process to change its state
stopped by: SIGKILL also ends what is stopped
control: none: a limit is what ends it
ends: timed_out or killed_by_signal
limits: wall_seconds=1.0
"""

import os
import signal

from attempt import tried

tried("to stop")
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        os.kill(os.getpid(), signal.SIGSTOP)
os.kill(os.getpid(), signal.SIGSTOP)
