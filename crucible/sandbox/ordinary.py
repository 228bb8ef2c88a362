"""How an executor that is not root makes sandboxes: as root of a user namespace of its own.

A zygote enters that namespace as it starts, and its sandboxes are forked inside. Where the system gives the user
ranges of subordinate ids (`/etc/subuid`, `/etc/subgid`, and the `newuidmap` that writes such a map), each
sandbox has two ids there that are nobody's: neither the user's, nor another sandbox's. Where it gives none, the
user's own id is the only one there is, and every program runs under it.
"""

import asyncio
import os
import pwd
import shutil
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

from crucible.domain.errors import SandboxUnavailableError
from crucible.sandbox.ids import Span
from crucible.sandbox.own_namespace import MAP
from crucible.sandbox.plan import PROGRAM_UID, Identity

_FEWEST = 1024
"""Smaller ranges are passed over: two ids a sandbox have to be enough for all that live at once."""
_IDS_OF_SESSION = 64
_NOBODY = 65_534
_USERS = 100
"""The group that Debian's `adduser` puts everybody into."""
_MAP_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Ranges:
    """The ids that the system lets this user map besides its own."""

    first_uid: int
    first_gid: int
    count: int

    @property
    def span(self) -> Span:
        """The first half: two ids for each sandbox."""
        return Span(self.first_uid, 2, self.count // 4)

    @property
    def span_of_sessions(self) -> Span:
        """The second half."""
        return Span(self.first_uid + self.count // 2, _IDS_OF_SESSION, self.count // 2 // _IDS_OF_SESSION)

    def identity(self, block: int) -> Identity:
        """Return the ids of one sandbox, as a zygote's namespace names them: see `write_maps`."""
        own = self._inside(self.span.start(block))
        return Identity(ranged=True, map=[(0, own, 1), (PROGRAM_UID, own + 1, 1)], init=0)

    def identity_of_session(self, block: int) -> tuple[Identity, int]:
        """Return the ids of one session, and the one of its process 1.

        Besides root and the program there are some for the users that it makes, their group, and nobody.
        """
        first = self._inside(self.span_of_sessions.start(block))
        users = _IDS_OF_SESSION - 4
        spread = [(0, first, 1), (_USERS, first + 1, 1), (PROGRAM_UID, first + 2, users)]
        spread.append((_NOBODY, first + 2 + users, 1))
        return Identity(ranged=True, map=spread, init=0), first + _IDS_OF_SESSION - 1

    def _inside(self, outside: int) -> int:
        return 1 + outside - self.first_uid


ALONE = Identity(ranged=False, map=[(PROGRAM_UID, 0, 1)], init=PROGRAM_UID)
"""Who everybody is where there are no ranges: the user itself, which is 0 in a zygote's namespace."""


def ranges() -> Ranges | None:
    """Return this user's ranges, or None where it has none that can be used."""
    if not (shutil.which("newuidmap") and shutil.which("newgidmap")):
        return None
    uids, gids = _range("/etc/subuid"), _range("/etc/subgid")
    if uids is None or gids is None:
        return None
    count = min(uids[1], gids[1])
    return Ranges(uids[0], gids[0], count) if count >= _FEWEST else None


def span(of_root: Span) -> Span | None:
    """Return where the ids of an executor's sandboxes are from; None where it has none to give out."""
    if os.geteuid() == 0:
        return of_root
    own = ranges()
    return own.span if own else None


def span_of_sessions(of_root: Span) -> Span | None:
    """Return the same for sessions."""
    if os.geteuid() == 0:
        return of_root
    own = ranges()
    return own.span_of_sessions if own else None


async def let_be_root(process: int, requests: socket.socket) -> None:
    """Answer who asked to be root of the user namespace that it made. Raises SandboxUnavailableError."""
    try:
        await asyncio.to_thread(write_maps, process, ranges())
    except (OSError, subprocess.SubprocessError) as error:
        raise SandboxUnavailableError(f"this user's ids can't be mapped: {error}") from error
    requests.send(MAP)


def write_maps(process: int, own: Ranges | None) -> None:
    """Make this user root in the user namespace of a process. Raises OSError, saying what refused."""
    uid, gid = os.geteuid(), os.getegid()
    if own is None:
        Path(f"/proc/{process}/setgroups").write_text("deny")
        Path(f"/proc/{process}/uid_map").write_text(f"0 {uid} 1")
        Path(f"/proc/{process}/gid_map").write_text(f"0 {gid} 1")
        return
    for command, mine, first in (("newuidmap", uid, own.first_uid), ("newgidmap", gid, own.first_gid)):
        arguments = [command, *map(str, (process, 0, mine, 1, 1, first, own.count))]
        ran = subprocess.run(arguments, capture_output=True, timeout=_MAP_SECONDS, check=False)
        if ran.returncode:
            reason = ran.stderr.decode(errors="replace").strip() or f"exit code {ran.returncode}"
            raise OSError(f"{command}: {reason}")


def _range(path: str) -> tuple[int, int] | None:
    """Return the first id and the number of ids of this user's largest range in a file of them."""
    uid = os.geteuid()
    try:
        names = {str(uid), pwd.getpwuid(uid).pw_name}
    except KeyError:
        names = {str(uid)}
    try:
        lines = Path(path).read_text().splitlines()
    except OSError:
        return None
    found = [
        (int(fields[1]), int(fields[2]))
        for fields in (line.split(":") for line in lines)
        if len(fields) == 3 and fields[0] in names and fields[1].isdigit() and fields[2].isdigit()  # noqa: PLR2004
    ]
    return max(found, key=lambda one: one[1], default=None)
