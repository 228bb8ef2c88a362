"""Raise its own limits.

origin: setrlimit(2)
stopped by: hard limits, no capability
control: none: what a host grants differs
"""

import resource

from attempt import attempt

for name in "NOFILE FSIZE CORE MEMLOCK MSGQUEUE SIGPENDING NICE RTPRIO".split():
    with attempt(name):
        kind = getattr(resource, f"RLIMIT_{name}")
        _, hard = resource.getrlimit(kind)
        try:
            resource.setrlimit(kind, (hard + 1, hard + 1))
        except ValueError as error:
            raise OSError(1, str(error)) from error
        if resource.getrlimit(kind) != (hard + 1, hard + 1):
            raise OSError(1, "it was said to be, and is not")
