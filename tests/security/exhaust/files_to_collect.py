"""Leave as many files, and as large ones, as may be written, for whoever collects them.

origin: archives that unpack to more than there is
stopped by: collected up to a number and a size
control: none: it is a supervisor's mistake
ours: process 1 collects up to a number and a size
limits: memory_bytes=268435456
"""

import os

from attempt import tried

for number in range(1200):
    open(f"attack-{number}", "wb").write(b"x" * 65536)
os.truncate(os.open("attack-sparse", os.O_CREAT | os.O_WRONLY), 100 << 20)
for number in range(500):
    os.link("attack-1", f"attack-link-{number}")
tried("files to collect")
