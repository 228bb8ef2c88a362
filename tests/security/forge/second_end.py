"""End, and go on writing output and files while the end is told.

origin: results that change after they were judged
stopped by: nothing of it can run any more when anything is collected or told
control: none: it aims at a supervisor
ours: process 1 tells the end when nobody else can run any more
"""

import os
import time

from attempt import tried

tried("to write after the end")
open("attack-first", "w").write("before")
if os.fork() == 0:
    os.setsid()
    time.sleep(0.5)
    open("SUCCEEDED", "w").write("after")
    os.write(1, b"SUCCEEDED: wrote after the end\n")
