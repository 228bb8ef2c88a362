"""Learn from its own table of mounts how the host's file systems lie.

origin: proc(5), mountinfo
stopped by: a root of its own, whose mounts are all that there is
control: user
"""

from attempt import attempt, unless

table = open("/proc/self/mountinfo").read()
for place in ("/sys/fs/cgroup", "/var/lib/docker", "/boot", "/run"):
    with attempt(place):
        unless(any(line.split()[4].startswith(place) for line in table.splitlines()), "not mounted")
