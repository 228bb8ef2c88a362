"""Read the environment and the arguments of every process, the executor's with its secret among them.

origin: Judge0 CVE-2024-28185 and every supervisor that runs as one user with its jail; proc(5)
stopped by: PID namespace, hidepid, process 1 not dumpable
control: user
promise: ONLY_ITS_OWN_PROCESSES PROCESS_1_HIDDEN
"""

import glob
import os

from attempt import attempt, unless

own = f"/proc/{os.getpid()}/"
with attempt("environment or arguments of another process"):
    found = b""
    for name in ("environ", "cmdline"):
        for path in glob.glob(f"/proc/[0-9]*/{name}") + glob.glob(f"/proc/[0-9]*/task/*/{name}"):
            if not path.startswith(own):
                try:
                    found += open(path, "rb").read()
                except OSError:
                    pass
    os.write(1, found + b"\n")
    unless(b"canary" in found or b"crucible" in found, "nobody else shows any")
