"""Kill every process that it may signal.

origin: kill(2), -1
stopped by: PID namespace: nobody else is there
control: none: on the host it would end the user's other programs
"""

import os
import signal

from attempt import attempt, tried

signal.signal(signal.SIGTERM, signal.SIG_IGN)
for number in (signal.SIGTERM, signal.SIGSTOP, signal.SIGKILL):
    with attempt(f"signal {number} to everybody"):
        os.kill(-1, number)
tried("to kill everybody")
