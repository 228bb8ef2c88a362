"""A first program: it says where it finds itself, and tries what it must not be able to do.

Harmless anywhere, as somebody may run it outside of a sandbox to compare.
"""

import os
import platform
import socket
from collections.abc import Callable
from pathlib import Path

ATTEMPTS: dict[str, Callable[[], object]] = {
    "read /etc/shadow": lambda: Path("/etc/shadow").read_bytes(),
    "open /etc/passwd to write": lambda: Path("/etc/passwd").open("ab").close(),
    "connect to this host": lambda: socket.create_connection(("127.0.0.1", 7878), timeout=1).close(),
    "become root": lambda: os.setuid(0),
}

processes = sum(path.name.isdigit() for path in Path("/proc").iterdir())
print(f"Hello from Python {platform.python_version()}. Processes that I see: {processes}. Now I try to")
for what, attempt in ATTEMPTS.items():
    try:
        attempt()
    except OSError as error:
        print(f"  {what}: {error.strerror or error}")
    else:
        print(f"  {what}: done")
