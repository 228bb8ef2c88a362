"""Take the processor before everybody else: a better nice value, real-time and deadline scheduling.

origin: sched(7)
stopped by: RLIMIT_NICE and RLIMIT_RTPRIO 0, no capability, seccomp
control: root
promise: PRIORITY_FIXED
"""

import ctypes
import os
import struct

from attempt import attempt, system_call

SCHED_SETATTR = {"x86_64": 314, "aarch64": 274}[os.uname().machine]
with attempt("nice"):
    os.nice(-5)
for name in ("SCHED_FIFO", "SCHED_RR"):
    with attempt(name):
        os.sched_setscheduler(0, getattr(os, name), os.sched_param(1))
for policy, fields in ((6, (0, 1_000_000, 10_000_000, 10_000_000)), (1, (99, 0, 0, 0))):
    with attempt(f"sched_setattr, policy {policy}"):
        system_call(
            SCHED_SETATTR, 0, ctypes.create_string_buffer(struct.pack("IIQiIQQQ", 48, policy, 0, 0, *fields)), 0
        )
