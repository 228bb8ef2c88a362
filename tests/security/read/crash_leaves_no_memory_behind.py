"""Crash with a core dump asked for, so that memory is written where the host keeps cores.

origin: core(5)
stopped by: RLIMIT_CORE 1, which is less than any core, and can't be changed
control: none: where cores go is the host's to say
"""

import contextlib
import os
import resource
import signal

from attempt import attempt

with attempt("room for cores"):
    with contextlib.suppress(ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (1 << 30, 1 << 30))
    if resource.getrlimit(resource.RLIMIT_CORE) == (1, 1):
        raise OSError(1, "there is none")
if os.fork() == 0:
    os.kill(os.getpid(), signal.SIGSEGV)
_, status = os.wait()
with attempt("a core"):
    if not os.WCOREDUMP(status):
        raise OSError(1, "not dumped")
