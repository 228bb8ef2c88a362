"""See a lock that somebody outside holds on a file that everybody is shown.

origin: flock(2): a lock is on the file, whoever shows it, and needs no right to write; a covert channel
stopped by: the files of a kernel of its own
control: user
promise: LOCKS_APART
"""

import fcntl
import os

from attempt import attempt, unless


def the_library():
    with open("/proc/self/maps") as maps:
        return next(line.split()[-1] for line in maps if line.rstrip().endswith("/libc.so.6"))


descriptor = os.open(the_library(), os.O_RDONLY)
with attempt("a lock of somebody else is seen"):
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        pass
    else:
        unless(False, "nobody has it")
