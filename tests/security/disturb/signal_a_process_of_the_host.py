"""Send signals to processes outside, by the numbers that they have there.

origin: kill(2)
stopped by: PID namespace, Landlock's scope
control: user
"""

import os
import signal

from attempt import attempt

for process in (int(os.environ["VICTIM_PID"]), int(os.environ["EXECUTOR_PID"])):
    with attempt(f"kill {process}"):
        os.kill(process, signal.SIGUSR1)
    with attempt(f"killpg {process}"):
        os.killpg(process, signal.SIGUSR1)
    with attempt(f"pidfd {process}"):
        signal.pidfd_send_signal(os.pidfd_open(process), signal.SIGUSR1)
