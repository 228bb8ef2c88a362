"""What the kernel counts for whoever made a container's user namespace, bounded for each container: see `counted`.

An engine that gives containers such namespaces makes them all as the host's root, whose inotify instances one
program could use up, and with them those of the host's own services. The container can't bound itself: its
/proc/sys is read-only, and Docker's AppArmor profile lets nobody in there write to it. So a process of the
executor's enters the namespace for a moment, before there is a program.
"""

import os
import sys
from typing import Final

import crucible
from crucible.sandbox import asking

_SECONDS: Final = 30.0
_CODE: Final = os.path.dirname(os.path.dirname(os.path.realpath(crucible.__file__)))
_START: Final = (
    f"import sys; sys.path.insert(0, {_CODE!r}); "
    "from crucible.sandbox import counted; counted.bound_of(int(sys.argv[1]))"
)


async def bound(process: int) -> None:
    """Bound what each user of a process's user namespace may have. Needs the host's root. Raises OSError."""
    command = (sys.executable, "-I", "-S", "-B", "-c", _START, str(process))
    code, said = await asking.ask(command, seconds=_SECONDS, environment={}, errors=True)
    if code:
        *_, reason = said.decode(errors="replace").strip().splitlines() or [f"exit code {code}"]
        raise OSError(f"what the kernel counts by user can't be bounded: {reason}")
