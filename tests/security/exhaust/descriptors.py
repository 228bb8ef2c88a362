"""Open files until there are no more descriptors.

origin: open(2), EMFILE and ENFILE
stopped by: RLIMIT_NOFILE, which can't be raised
control: none: how many a host grants differs
limits: open_files=64
"""

import resource

from attempt import attempt

with attempt("to raise the limit"):
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (65_536, 65_536))
    except ValueError as error:
        raise OSError(1, str(error)) from error
files = []
with attempt("a thousand files"):
    for _ in range(1000):
        files.append(open("/dev/null"))
