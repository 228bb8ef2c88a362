"""Look into other processes through /proc: memory, maps, root, descriptors, namespaces.

origin: proc(5); CVE-2019-5736 and CVE-2024-21626 begin so
stopped by: PID namespace, hidepid, process 1 not dumpable
control: user
promise: ONLY_ITS_OWN_PROCESSES PROCESS_1_HIDDEN
"""

import os

from attempt import attempt

SHOWN = "environ mem maps smaps pagemap auxv root cwd exe fd fdinfo map_files ns task io stack syscall wchan personality".split()
for process in ("1", os.environ["VICTIM_PID"], os.environ["EXECUTOR_PID"]):
    for name in SHOWN:
        path = f"/proc/{process}/{name}"
        with attempt(path):
            if os.path.islink(path) or name in ("root", "cwd", "exe"):
                os.write(1, os.readlink(path).encode() + b"\n")
            elif os.path.isdir(path):
                os.listdir(path)
            else:
                open(path, "rb").close()
