"""End, stop or confuse process 1, which reports how the program ended.

origin: pid_namespaces(7): only a namespace's process 1 is spared signals that it doesn't handle
stopped by: the kernel's rule for process 1, Landlock's scope, another uid
control: none: the rule holds wherever a process 1 is
"""

import os
import signal
import time

from attempt import tried

for number in sorted(signal.valid_signals()):
    for send in (
        lambda n: os.kill(1, n),
        lambda n: signal.pidfd_send_signal(os.pidfd_open(1), n),
        lambda n: os.killpg(1, n),
    ):
        try:
            send(number)
        except OSError:
            continue
time.sleep(0.2)
tried("every signal on process 1, and it is still here")
