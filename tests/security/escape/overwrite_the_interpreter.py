"""Overwrite, through /proc, the program that the host runs to start sandboxes.

origin: CVE-2019-5736 (runc)
stopped by: read-only mounts, another uid, process 1 not dumpable
control: none: an ordinary user can't either
"""

import os

from attempt import attempt

for path in (
    "/proc/self/exe",
    "/proc/1/exe",
    f"/proc/{os.environ['EXECUTOR_PID']}/exe",
    os.path.realpath("/proc/self/exe"),
):
    for how in (os.O_WRONLY, os.O_RDWR, os.O_WRONLY | os.O_TRUNC):
        with attempt(f"{path} {how}"):
            os.open(path, how)
    with attempt(f"{path} anew"):
        os.open(f"/proc/self/fd/{os.open(path, os.O_PATH)}", os.O_RDWR)
