"""Be several processes that start each other again: whoever kills them one by one never ends.

origin: fork bombs that guard themselves
stopped by: SIGKILL to all at once, again until process 1 is alone
control: none: on the host nobody would end it
ends: timed_out or memory_exceeded
limits: wall_seconds=1.0 processes=16
"""

import os
import time

from attempt import tried


def live():
    while True:
        try:
            if os.fork() == 0:
                os.setsid()
        except OSError:
            pass
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            pass
        time.sleep(0.001)


tried("to grow a head for each that falls")
live()
