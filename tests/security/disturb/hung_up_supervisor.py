"""Leave the supervisor with pipes that nobody reads, streams that never end, and a stdin that is written.

origin: supervisors that wait for end-of-file before they look at the clock
stopped by: output is read while waiting; the end is the process's, not the stream's
control: none: it is a supervisor's mistake
"""

import os
import signal

from attempt import tried

tried("to leave streams open")
os.set_blocking(1, False)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for number in set(signal.valid_signals()) - {9, 19}:
            signal.signal(number, signal.SIG_IGN)
        while True:
            signal.pause()
    os._exit(0)
