"""What a tape looks at in the workspace before a program, and once nothing of it runs."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from crucible.sandbox import kernel
from crucible.sandbox.namespaces import brief, places
from crucible.sandbox.plan import PROGRAM_UID, WORKSPACE

if TYPE_CHECKING:
    from crucible.sandbox.namespaces.places import Places
    from crucible.sandbox.tape import Place, Tape

_CREATE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
_OPEN: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_NAMES_BYTES: Final = 1024
"""Of a listing. A longer one is cut, and then another than before all the same."""
_SYS_GETDENTS64: Final = {"x86_64": 217, "aarch64": 61}
_SYS_STATX: Final = {"x86_64": 332, "aarch64": 291}
_AT_FDCWD: Final = -100
_AT_SYMLINK_NOFOLLOW: Final = 0x100
_BASIC_STATS: Final = 0x7FF


class Workspace:
    """Writes down how it is looked at, both times in the same way."""

    def __init__(self, tape: Tape, kept: Places) -> None:
        self._tape = tape
        self._kept = kept
        self._name = int(kept.brief.at(brief.NAME))
        self._listings = [tape.room(8 + _NAMES_BYTES) for _ in range(2)]

    def fill(self) -> None:
        """Write the program, which is its only input, and look."""
        tape, file = self._tape, self._kept.file
        about = "writing the program"
        tape.call("chdir", WORKSPACE.encode())
        tape.call("open", self._name, _CREATE, 0o666, result=file, about=about)
        content_bytes = self._kept.brief.at(brief.CONTENT_BYTES)
        tape.call("write", file, int(self._kept.content), content_bytes, about=about)
        tape.call("fchown", file, PROGRAM_UID, PROGRAM_UID, about=about)
        tape.call("close", file)
        self._look(self._kept.before, None)
        self._list(self._listings[0])

    def unless_unchanged(self, otherwise: str) -> None:
        """Go on elsewhere where there is anything else than there was."""
        before, after = self._kept.before, self._kept.after
        self._look(after, otherwise)
        for start, end in ((0, places.READ), (places.BORN, places.STATX_ENDS)):
            self._tape.unless_same(before.at(start), after.at(start), end - start, otherwise)
        self._list(self._listings[1])
        listed_before, listed_after = self._listings
        self._tape.unless_same(listed_before, listed_after, 8 + _NAMES_BYTES, otherwise)

    def _look(self, told: Place, failed: str | None) -> None:
        number, without_links = _SYS_STATX[kernel.MACHINE], _AT_SYMLINK_NOFOLLOW
        arguments = (_AT_FDCWD, self._name, without_links, _BASIC_STATS, int(told))
        self._tape.syscall(number, *arguments, failed=failed, about="statx")

    def _list(self, listed: Place) -> None:
        """Have the listing's length in its first word, and the listing behind."""
        tape, folder = self._tape, self._kept.file
        tape.call("open", WORKSPACE.encode(), _OPEN, result=folder, about=f"open({WORKSPACE})")
        number, content = _SYS_GETDENTS64[kernel.MACHINE], int(listed.at(8))
        tape.syscall(number, folder, content, _NAMES_BYTES, result=listed, about="getdents64")
        tape.call("close", folder)
