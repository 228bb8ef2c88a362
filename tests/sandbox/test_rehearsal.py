"""What a zygote does ahead changes nothing that its sandboxes could find."""

import subprocess
import sys

_STEPS = """
import os, resource, signal
from crucible.sandbox import kernel, seccomp
from crucible.sandbox import rehearsal

def state():
    return (
        sorted(os.listdir("/proc/self/fd")),
        [(number, signal.getsignal(number)) for number in sorted(signal.valid_signals() - {9, 19, 32, 33})],
        signal.set_wakeup_fd(-1),
        [line for line in open("/proc/self/status") if line.startswith(("Seccomp", "Cap", "Uid", "Threads"))],
        [resource.getrlimit(kind) for kind in range(16)],
        os.getcwd(),
    )

kernel.prctl(kernel.Prctl.SET_NO_NEW_PRIVS, 1)
for kind in (resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE):
    resource.setrlimit(kind, (1 << 30 if kind == resource.RLIMIT_FSIZE else 1000, resource.getrlimit(kind)[1]))
before = state()
rehearsal.rehearse(seccomp.build_wall())
after = state()
assert before == after, (before, after)
try:
    os.waitpid(-1, os.WNOHANG)
except ChildProcessError:
    print("as before")
"""


def test_a_rehearsal_leaves_its_process_as_it_was() -> None:
    ran = subprocess.run([sys.executable, "-c", _STEPS], capture_output=True, text=True, timeout=60, check=False)
    assert (ran.stdout, ran.stderr) == ("as before\n", "")
