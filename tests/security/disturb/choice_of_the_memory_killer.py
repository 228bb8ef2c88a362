"""Have the kernel's memory killer spare the program, and take others first.

origin: proc(5), oom_score_adj
stopped by: /proc is read-only, PID namespace
control: user
promise: FIRST_VICTIM
"""

import os

from attempt import attempt

for process, score in (
    ("self", "-1000"),
    ("1", "1000"),
    (os.environ["VICTIM_PID"], "1000"),
    (os.environ["EXECUTOR_PID"], "1000"),
):
    with attempt(f"{process} {score}"):
        with open(f"/proc/{process}/oom_score_adj", "w") as file:
            file.write(score)
