"""Type into the terminal of whoever watches: TIOCSTI, TIOCLINUX, a new controlling terminal, a new console.

origin: CVE-2017-5226 (bubblewrap), CVE-2023-1523 (snapd)
stopped by: no terminal is passed in; a session of its own; seccomp
control: none: kernels of today refuse it to ordinary users
"""

import fcntl
import os
import struct

from attempt import attempt

REQUESTS = {
    "TIOCSTI": 0x5412,
    "TIOCLINUX": 0x541C,
    "TIOCSCTTY": 0x540E,
    "TIOCSWINSZ": 0x5414,
    "TIOCCONS": 0x541D,
    "TIOCSETD": 0x5423,
    "TIOCSPGRP": 0x5410,
    "KDSKBENT": 0x4B47,
}
for name, request in REQUESTS.items():
    for stream in range(3):
        with attempt(f"{name} on {stream}"):
            fcntl.ioctl(stream, request, struct.pack("16s", b"x"))
for path in ("/dev/tty", "/dev/console", "/dev/tty0", "/dev/tty1", "/dev/pts/0", "/dev/ttyS0", "/dev/vcs"):
    with attempt(path):
        os.open(path, os.O_RDWR | os.O_NOCTTY)
