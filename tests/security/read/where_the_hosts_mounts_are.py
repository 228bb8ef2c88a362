"""Learn from its own table of mounts how the host's file systems lie.

origin: proc(5), mountinfo
stopped by: a root of its own, whose mounts are all that there is
control: user
"""

import os

from attempt import attempt, unless

table = open("/proc/self/mountinfo").read()
for place in ("/sys/fs/cgroup", "/var/lib/docker", "/boot", "/run"):
    with attempt(place):
        mounted = [line.split()[4] for line in table.splitlines() if line.split()[4].startswith(place)]
        unless(any(os.listdir(folder) for folder in mounted if os.path.isdir(folder)), "nothing of it")
