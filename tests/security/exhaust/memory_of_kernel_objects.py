"""Make every small object that a descriptor can stand for, until there are no more.

origin: eventfd(2), epoll(7), timerfd_create(2), signalfd(2), pidfd_open(2)
stopped by: RLIMIT_NOFILE, memory cgroup
control: it ends when the kernel refuses
limits: open_files=256
"""

import ctypes
import os
import select

from attempt import attempt

libc = ctypes.CDLL(None, use_errno=True)
for what, make in (
    ("epoll", lambda: os.dup(select.epoll().fileno())),
    ("eventfd", lambda: libc.eventfd(0, 0)),
    ("timerfd", lambda: libc.timerfd_create(1, 0)),
    ("inotify", lambda: libc.inotify_init1(0)),
    ("pidfd", lambda: os.pidfd_open(os.getpid())),
    ("memfd", lambda: os.memfd_create("attack")),
):
    made = []
    with attempt(f"{what} without a bound"):
        for _ in range(100_000):
            descriptor = make()
            if descriptor < 0:
                raise OSError(ctypes.get_errno(), what)
            made.append(descriptor)
    for descriptor in made:
        os.close(descriptor)
