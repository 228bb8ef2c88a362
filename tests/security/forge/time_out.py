"""Pretend that time ran out: end by the signals that time limits end with.

origin: outcomes guessed from SIGXCPU and SIGALRM
stopped by: the outcome comes from the executor's clock
control: none: it is a supervisor's mistake
ours: the executor's clock
ends: killed_by_signal
"""

import os
import signal

from attempt import tried

tried("to look timed out")
if os.fork() == 0:
    os.kill(os.getppid(), signal.SIGALRM)
signal.pause()
