"""Attach to another's System V shared memory, read it and write into it.

origin: shmat(2): segments have no path, and a mode that many leave open
stopped by: an IPC namespace
control: user
"""

import ctypes
import os

from attempt import attempt

libc = ctypes.CDLL(None, use_errno=True)
libc.shmat.restype = ctypes.c_void_p
key = int.from_bytes(os.environ["VICTIM_NAME"].encode()[-4:], "big") & 0x7FFF_FFFF
with attempt("the victim's segment"):
    identity = libc.shmget(key, 0, 0)
    if identity < 0:
        raise OSError(ctypes.get_errno(), "shmget")
    address = libc.shmat(identity, None, 0)
    ctypes.memset(address + 64, 1, 1)
    os.write(1, ctypes.string_at(address, 40))
with attempt("any segment"):
    for identity in range(64):
        if libc.shmat(identity, None, 0o10000) not in (None, 0xFFFF_FFFF_FFFF_FFFF):
            break
    else:
        raise OSError(ctypes.get_errno(), "shmat")
