"""Write a report of success to every descriptor and every path to one that it can guess.

origin: status channels that a job inherits
stopped by: close_range before the exec; the outcome comes from the kernel over a channel that the program lacks
control: none: it aims at process 1 of a sandbox
ends: nonzero_exit
"""

import json
import os
import struct

from attempt import tried

report = json.dumps(
    {
        "step": "run",
        "code": 0,
        "signal": None,
        "stopped": False,
        "wall_seconds": 0,
        "disk_full": False,
        "files_truncated": False,
    }
).encode()
frame = struct.pack(">cI", b"E", len(report)) + report
tried("to report success itself")
for number in range(3, 1024):
    for path in (None, f"/proc/self/fd/{number}", f"/proc/1/fd/{number}", f"/dev/fd/{number}"):
        try:
            os.write(number if path is None else os.open(path, os.O_WRONLY | os.O_NONBLOCK), frame)
        except OSError:
            continue
os._exit(7)
