"""Live on as a daemon: fork twice, a session of its own, deaf to every signal.

origin: daemon(7)
stopped by: process 1 kills everybody in its PID namespace; the namespace ends with it
control: user
"""

import os
import signal
import time

from attempt import attempt, tried

tried("to live on as a daemon")
if os.fork():
    os._exit(0)
os.setsid()
if os.fork():
    os._exit(0)
for number in set(signal.valid_signals()) - {signal.SIGKILL, signal.SIGSTOP}:
    signal.signal(number, signal.SIG_IGN)
time.sleep(1)
with attempt("to outlive its parent by a second"):
    pass
