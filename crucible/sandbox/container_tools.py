"""The programs that make containers, and how each wants to be called.

None of them sets a limit here: a container is born in the control group that we made, and whatever was asked for
is enforced there. runc insists on joining a group itself, and is told ours. The others are started inside of it
and told to leave groups alone, which for runsc means that none of its own processes can be anywhere else.
"""

import os
import re
import shutil
from dataclasses import dataclass
from typing import Final

from crucible.domain.errors import SandboxUnavailableError
from crucible.domain.sandbox import Isolation
from crucible.sandbox.asking import ask

ANSWER_SECONDS: Final = 10.0
PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

_HOST_TASKS, _HOST_TASKS_EACH = 512, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A program that makes containers, by the name of the engine that it is for us."""

    engine: str
    program: str
    isolation: Isolation
    own_kernel: bool
    """Whether the program's system calls are answered by a kernel that the tool brings."""
    told_group: bool
    """Whether it joins a group that it is told of; else it is started inside."""
    flags: tuple[str, ...]
    platforms: tuple[str, ...] = ("",)
    """How a kernel of its own gets hold of system calls, the best first; each is tried."""
    remedy: str
    sessions_since: str = ""
    """Of which day the oldest release is, as its version says it, with which sessions were tried."""


RUNC: Final = Tool(
    engine="runc",
    program="runc",
    isolation=Isolation.SHARED_KERNEL,
    own_kernel=False,
    told_group=True,
    flags=("--log-format", "text"),
    remedy="sudo apt-get install runc",
)
CRUN: Final = Tool(
    engine="crun",
    program="crun",
    isolation=Isolation.SHARED_KERNEL,
    own_kernel=False,
    told_group=False,
    flags=("--cgroup-manager=disabled",),
    remedy="sudo apt-get install crun",
)
GVISOR: Final = Tool(
    engine="gvisor",
    program="runsc",
    isolation=Isolation.USER_SPACE_KERNEL,
    own_kernel=True,
    told_group=False,
    flags=("--network=none", "--ignore-cgroups"),
    platforms=("systrap", "ptrace"),
    remedy="sudo apt-get install -t bookworm-backports runsc",
    sessions_since="20240729",
)


@dataclass(frozen=True, slots=True)
class Found:
    """A tool that is installed here."""

    tool: Tool
    path: str
    version: str

    @property
    def too_old_for_sessions(self) -> str | None:
        """Why it is not known to have them, or None. A version that says no day is somebody's own build."""
        day = re.search(r"20\d{6}", self.version)
        if day is None or day[0] >= self.tool.sessions_since:
            return None
        return (
            f"{self.tool.program} {self.version} is older than the {self.tool.sessions_since} "
            f"with which sessions were tried; {self.tool.remedy}"
        )


def host_tasks(processes: int) -> int:
    """Return how many of the host's threads gVisor's kernel may have for so many that it counts itself."""
    return _HOST_TASKS + _HOST_TASKS_EACH * processes


async def find(tool: Tool) -> Found:
    """Return the tool as it is installed here. Raises SandboxUnavailableError, saying what mends it."""
    path = shutil.which(tool.program, path=PATH)
    if path is None:
        raise SandboxUnavailableError(f"{tool.program} is not installed; {tool.remedy}")
    try:
        code, said = await ask(
            [path, "--version"], seconds=ANSWER_SECONDS, environment={"PATH": os.defpath}, errors=True
        )
    except TimeoutError:
        raise SandboxUnavailableError(
            f"{path} --version did not answer within {ANSWER_SECONDS:g} s; install it again: {tool.remedy}"
        ) from None
    except OSError as error:
        raise SandboxUnavailableError(f"{path}: {error.strerror}; install it again: {tool.remedy}") from error
    lines = said.decode(errors="replace").splitlines()
    if code != 0 or not lines:
        raise SandboxUnavailableError(f"{path} --version ended with {code}; install it again: {tool.remedy}")
    return Found(tool, path, lines[0].rpartition(" ")[2])
