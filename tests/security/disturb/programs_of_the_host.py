"""Change what the host and every later sandbox runs: programs, libraries, the loader's lists, Python's modules.

origin: a root file system that is shared and writable
stopped by: read-only mounts, another uid, Landlock
control: none: ordinary users can't on a host either
"""

import os
import sys
import sysconfig

from attempt import attempt

PLACES = [
    *"/ /usr /usr/bin /usr/lib /usr/local/bin /etc /etc/ld.so.preload /etc/ld.so.cache /etc/passwd /usr/bin/env /bin/sh /dev /dev/null.d /proc /proc/sys /.scratch /sys /opt /srv /var /run".split(),
    sys.prefix,
    os.path.realpath(sys.executable),
    os.__file__,
    sysconfig.get_paths()["purelib"],
    sysconfig.get_paths()["stdlib"] + "/__pycache__",
]
for place in PLACES:
    file = f"{place}/attack-file" if os.path.isdir(place) else place
    with attempt(f"write {file}"):
        open(file, "a").close()
    if os.path.exists(place):
        for what, change in (
            ("mode", lambda: os.chmod(place, 0o777)),
            ("times", lambda: os.utime(place, (0, 0))),
            ("name", lambda: os.rename(place, "/tmp/attack-moved")),
            ("owner", lambda: os.chown(place, os.getuid(), os.getgid())),
            ("size", lambda: os.truncate(place, 0)),
        ):
            with attempt(f"{what} of {place}"):
                change()
