"""What a sandbox could leave on the host: processes, mounts, control groups, folders."""

import os
import tempfile
from pathlib import Path

_SANDBOX_UIDS = range(1_879_048_192, 2**31)


def traces() -> set[str]:
    """Return a line for everything that is there because of this process's sandboxes."""
    return {*_processes(), *_groups(), *_mounts(), *_folders()}


def _processes() -> set[str]:
    """Processes that run as a sandbox's uid, and the launcher's children before they do."""
    found = set()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            status = dict(
                line.split(":\t", 1) for line in (entry / "status").read_text().splitlines() if ":\t" in line
            )
        except (FileNotFoundError, ProcessLookupError):
            continue
        uid = int(status["Uid"].split()[0])
        if uid in _SANDBOX_UIDS or _is_stage(int(status["PPid"])):
            found.add(f"process {entry.name} {status['Name']} uid {uid}")
    return found


def _is_stage(parent: int) -> bool:
    """Whether a process with this parent was forked by a launcher of ours."""
    try:
        arguments = Path(f"/proc/{parent}/cmdline").read_bytes()
        grandparent = int(Path(f"/proc/{parent}/stat").read_text().rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return False
    return b"launcher" in arguments and grandparent == os.getpid()


def _groups() -> set[str]:
    return {f"cgroup {folder}" for folder in Path("/sys/fs/cgroup").glob(f"**/crucible-{os.getpid()}/*/")}


def _mounts() -> set[str]:
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    return {f"mount {line}" for line in lines if "crucible-root" in line}


def _folders() -> set[str]:
    """Anything inside of the folder on which roots are built: it is a mount point and stays empty."""
    return {f"file {path}" for path in Path(tempfile.gettempdir()).glob("crucible-root-*/*")}
