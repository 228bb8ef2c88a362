"""Read from and write to another's POSIX message queue.

origin: mq_overview(7)
stopped by: an IPC namespace
control: user
"""

import ctypes
import os

from attempt import attempt

libc = ctypes.CDLL(None, use_errno=True)
name = f"/{os.environ['VICTIM_NAME']}".encode()
for how, flags in (("write", os.O_WRONLY), ("read", os.O_RDONLY), ("both", os.O_RDWR)):
    with attempt(how):
        queue = libc.mq_open(name, flags | os.O_NONBLOCK)
        if queue < 0:
            raise OSError(ctypes.get_errno(), "mq_open")
        if flags != os.O_RDONLY:
            libc.mq_send(queue, b"attack", 6, 0)
