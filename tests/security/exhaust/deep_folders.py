"""Make a folder in a folder in a folder, deeper than whoever collects files can go.

origin: recursion in supervisors; PATH_MAX
stopped by: collected up to a depth
control: none: it is a supervisor's mistake
ours: process 1 collects up to a depth
ends: succeeded or disk_exceeded
"""

import os

from attempt import tried

for _ in range(3000):
    try:
        os.mkdir("d" * 200)
        os.chdir("d" * 200)
    except OSError:
        break
open("deep", "w").write("x")
tried("deep folders")
