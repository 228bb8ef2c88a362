"""Crowd others onto one processor, or move their memory.

origin: sched_setaffinity(2), migrate_pages(2)
stopped by: PID namespace, seccomp
control: user
own kernel: what it gives is its own
"""

import os

from attempt import attempt, unless

for process in (int(os.environ["VICTIM_PID"]), int(os.environ["EXECUTOR_PID"])):
    with attempt(f"processors of {process}"):
        os.sched_setaffinity(process, {0})
with attempt("processors of process 1"):
    unless(os.getpid() != 1, "it is process 1 itself")
    os.sched_setaffinity(1, {0})
