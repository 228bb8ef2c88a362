"""Leave modules and libraries where a supervisor inside of the jail could load them while it collects.

origin: CVE-2019-14271 (docker cp loaded the container's own libnss)
stopped by: process 1 has loaded what it needs before the program starts, and looks nowhere that can be written
control: none: it aims at a supervisor
ours: process 1 has loaded what it needs
"""

import os
import shutil

from attempt import tried

POISON = "open('/workspace/SUCCEEDED', 'w').write('loaded')\n"
for folder in ("/workspace", "/tmp", "/workspace/encodings", "/tmp/encodings", "/dev/shm"):
    os.makedirs(folder, exist_ok=True)
    for name in "stat os contextlib json struct dataclasses codecs idna idna_codec utf_8 ascii latin_1 __init__ cp437 undefined".split():
        open(f"{folder}/{name}.py", "w").write(POISON)
    for library in ("libnss_files.so.2", "libc.so.6", "libgcc_s.so.1"):
        shutil.copyfile("/bin/true", f"{folder}/{library}")
tried("modules for the supervisor")
