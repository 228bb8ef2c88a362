"""Search its own memory for a secret that a forked process would have inherited from who forked it.

origin: every pre-forking server; "never fork from a process that holds a secret"
stopped by: the launcher and the zygotes start with an empty environment and hold nothing
control: it finds a decoy that it made itself
"""

import os
import re

from attempt import attempt, unless

PATTERN = re.compile(b"cana" + b"ry-[0-9a-f]{32}")
decoy = b"cana" + b"ry-" + os.urandom(16).hex().encode()
found = set()
with open("/proc/self/mem", "rb", 0) as memory, open("/proc/self/maps") as maps:
    for line in maps:
        span, rights, *_ = line.split()
        start, end = (int(part, 16) for part in span.split("-"))
        if "r" not in rights or "[v" in line or end > 1 << 63:
            continue
        for at in range(start, end, 1 << 20):
            try:
                memory.seek(at)
                found.update(PATTERN.findall(memory.read(min(1 << 20, end - at))))
            except OSError:
                continue
assert decoy in found, "the search is worth nothing"
with attempt("a secret in its own memory"):
    os.write(1, b" ".join(found - {decoy}))
    unless(found - {decoy}, "there is none")
