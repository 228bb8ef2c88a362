"""What the kernel counts by user, over all processes of that user on the host, bounded for each sandbox.

Inside of a user namespace it counts twice: for the user there, and for whoever made the namespace. Where one user
makes those of all sandboxes, that user's share is everybody's, and a program that took all of it would take it
from its neighbours. user_namespaces(7), /proc/sys/user.
"""

from __future__ import annotations

import os
from typing import Final

from crucible.sandbox import kernel

BOUNDS: Final = {"max_inotify_instances": 8, "max_inotify_watches": 8192}
"""A few programs that watch files, of the 128 that a user has by default."""


def bound(proc: str = "/proc") -> None:
    """Bound what each user of this process's user namespace may have. Needs that namespace's root."""
    for name, most in BOUNDS.items():
        with open(f"{proc}/sys/user/{name}", "w") as file:
            file.write(str(most))


def bound_of(process: int) -> None:
    """Do the same for another process's, which this one enters for good, with its only thread. Raises OSError."""
    namespace = os.open(f"/proc/{process}/ns/user", os.O_RDONLY | os.O_CLOEXEC)
    try:
        kernel.setns(namespace, kernel.CLONE_NEWUSER)
    finally:
        os.close(namespace)
    bound()
