"""What of the host a container's root may not read, where an engine has put a range of ids between them.

It is an ordinary user of the host's files then. An interpreter, an image or Crucible itself in a folder that is
closed to others can't be shown to it, and what fails for that reason says little: process 1 misses a module,
gVisor's own process a pipe.
"""

import os
import shlex
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Final

CLOSED: Final = (
    "the engine's containers have an ordinary user of this host for root, who may not read all they show"
)


def mending(sources: Iterable[str], *, every_step: bool) -> str | None:
    """Return the command that opens the first of these files and folders that is closed to others, if one is.

    `every_step`: whether the folders on the way count, too. runc opens what it mounts as the host's root; gVisor's
    file server goes there by itself.
    """
    for source in sources:
        for folder in reversed(Path(source).parents) if every_step else ():
            if not folder.stat().st_mode & stat.S_IXOTH:
                return f"sudo chmod o+x {shlex.quote(str(folder))}"
        mode = os.stat(source).st_mode
        needed = stat.S_IROTH | (stat.S_IXOTH if stat.S_ISDIR(mode) else 0)
        if mode & needed != needed:
            return f"sudo chmod -R o+rX {shlex.quote(source)}"
    return None
