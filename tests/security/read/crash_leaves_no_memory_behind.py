"""Crash with a core dump asked for, so that memory is written where the host keeps cores.

origin: core(5)
stopped by: RLIMIT_CORE 0, which can't be raised
control: none: where cores go is the host's to say
"""

import os
import resource
import signal

from attempt import attempt

with attempt("room for cores"):
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (1 << 30, 1 << 30))
    except ValueError as error:
        raise OSError(1, str(error)) from error
if os.fork() == 0:
    os.kill(os.getpid(), signal.SIGSEGV)
_, status = os.wait()
with attempt("a core"):
    if not os.WCOREDUMP(status):
        raise OSError(1, "not dumped")
