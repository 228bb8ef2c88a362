"""Who a name means, by the session's own /etc/passwd and /etc/group, which root inside may have written."""

import errno
import os
import stat

from crucible.sandbox.record import Record
from crucible.sandbox.sessions.files import open_inside

_MOST_BYTES = 1024 * 1024
_MOST_GROUPS = 64
_MOST_DIGITS = 5
_HIGHEST = 65_534
"""The highest uid that stands for anybody."""


class User(Record):
    """Somebody inside."""

    name: str
    uid: int
    gid: int
    groups: tuple[int, ...]
    home: str


def find(wanted: str) -> User:
    """Return who is meant by a name, `uid` or `uid:gid`. Raises OSError (ESRCH) where that is nobody."""
    name, _, group = wanted.partition(":")
    number = _number(name) if name.isdecimal() else None
    for fields in _lines("/etc/passwd", 7):
        uid, gid = _number(fields[2]), _number(fields[3])
        if uid is None or gid is None or (fields[0] != name and uid != number):
            continue
        groups = _groups(fields[0])
        return User(fields[0], uid, _group(group, gid), (gid, *groups), fields[5] or "/")
    if number is None:
        raise OSError(errno.ESRCH, f"/etc/passwd has no user {wanted[:64]!r}, and it is no uid up to {_HIGHEST}")
    gid = _group(group, number)
    return User(name, number, gid, (gid,), "/")


def _group(text: str, otherwise: int) -> int:
    if not text:
        return otherwise
    gid = _number(text)
    if gid is not None:
        return gid
    for fields in _lines("/etc/group", 4):
        if fields[0] == text and (gid := _number(fields[2])) is not None:
            return gid
    raise OSError(errno.ESRCH, f"/etc/group has no group {text[:64]!r}, and it is no gid up to {_HIGHEST}")


def _groups(name: str) -> tuple[int, ...]:
    found = [_number(fields[2]) for fields in _lines("/etc/group", 4) if name in fields[3].split(",")]
    return tuple(gid for gid in found if gid is not None)[:_MOST_GROUPS]


def _number(text: str) -> int | None:
    if not (text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS):
        return None
    return int(text) if int(text) <= _HIGHEST else None


def _lines(path: str, fields: int) -> list[list[str]]:
    """Return a table's lines that have as many fields; none where there is no such file, or it is none."""
    try:
        descriptor = open_inside(path, os.O_RDONLY)
    except OSError:
        return []  # whoever was meant by name is then nobody, and numbers mean themselves
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return []
        content = os.read(descriptor, _MOST_BYTES).decode(errors="replace")
    finally:
        os.close(descriptor)
    lines = (line.split(":") for line in content.splitlines())
    return [line for line in lines if len(line) == fields]
