"""Watch what others do through the host's counters: interrupts, disks, memory zones, pressure.

origin: side channels through /proc; Docker's masked paths
stopped by: masked in /proc
control: user
own kernel: it shows its own
"""

import os

from attempt import attempt, unless

PATHS = "interrupts softirqs vmstat zoneinfo buddyinfo pagetypeinfo slabinfo diskstats schedstat sched_debug timer_list latency_stats pressure/cpu pressure/memory"
for name in PATHS.split():
    with attempt(f"/proc/{name}"):
        unless(os.path.getsize(f"/proc/{name}") or open(f"/proc/{name}", "rb").read(1), "empty")
