"""Run for ever and ignore every signal that can be ignored.

origin: timeout(1) without --kill-after
stopped by: SIGKILL by process 1
control: none: a limit is what ends it
ours: process 1 kills whatever is left
ends: timed_out
limits: wall_seconds=1.0
"""

import signal
import time

from attempt import tried

for number in set(signal.valid_signals()) - {signal.SIGKILL, signal.SIGSTOP}:
    signal.signal(number, signal.SIG_IGN)
tried("to be deaf")
while True:
    time.sleep(1)
