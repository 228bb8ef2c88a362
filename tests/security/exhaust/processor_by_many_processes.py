"""Use the processor in many processes at once.

origin: RLIMIT_CPU counts each process alone
stopped by: cpu cgroup, which counts and bounds them all
control: none: a limit is what ends it
ends: cpu_exceeded or memory_exceeded
limits: cpu_seconds=0.5 wall_seconds=20.0
"""

import os

from attempt import tried

tried("the processor, many times")
for _ in range(4):
    os.fork()
while True:
    pass
