"""Files that a command is given by name, or its own standard input as `-`; what is wrong is said with the name."""

import sys
from pathlib import Path

from crucible.domain.errors import InvalidRequestError


def read_file(path: str | Path) -> bytes:
    """Return what a file holds, or standard input where the name is `-`. Raises InvalidRequestError."""
    try:
        return sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        raise InvalidRequestError(f"{path} can't be read: {error.strerror}") from error


def read_text_file(path: str | Path) -> str:
    """Return the same as text, which has to be UTF-8. Raises InvalidRequestError."""
    try:
        return read_file(path).decode()
    except UnicodeDecodeError as error:
        raise InvalidRequestError(f"{path} is not UTF-8: {error.reason} at byte {error.start}") from error
