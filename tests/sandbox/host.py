"""What a sandbox could leave on the host: processes, mounts, control groups."""

import os
from pathlib import Path

bystanders: set[int] = set()
"""Processes that a test started and that are in no sandbox."""
_SERVERS = {"postgres", "redis-server", "crucible"}
"""What a session's tests share, and what forks when it pleases; a role of Crucible may be started anew."""


def traces() -> set[str]:
    """Return a line for everything that is there because of this process's sandboxes."""
    return {*_processes(), *_descendants(os.getpid()), *_groups(), *_mounts()}


def children(process: int) -> list[int]:
    """Return whom a process of one thread has forked and not reaped; nobody where it is gone."""
    try:
        return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def _descendants(parent: int) -> set[str]:
    """Processes that came from this one: what a container runtime starts beside a sandbox is in nobody's group."""
    children: dict[int, list[int]] = {}
    names: dict[int, str] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (status := _fields(str(entry / "status"))):
            children.setdefault(int(status["PPid"]), []).append(int(entry.name))
            names[int(entry.name)] = status["Name"]
    found, left = set(), [parent]
    while left:
        below = [
            child
            for child in children.get(left.pop(), [])
            if child not in bystanders and names[child] not in _SERVERS
        ]
        found |= {f"process {child} {names[child]}" for child in below}
        left += below
    return found


def _processes() -> set[str]:
    """Processes in the groups of this process's executor; a sandbox's processes can't leave theirs."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if f"/crucible-{os.getpid()}-" in (entry / "cgroup").read_text():
                    found.add(f"process {entry.name} {_fields(str(entry / 'status')).get('Name', '?')}")
            except (FileNotFoundError, ProcessLookupError):
                continue
    return found


def uids_in_sandboxes() -> set[int]:
    """Return whose, on the host, the processes are that share a PID namespace with a program.

    It and what waits to become it are behind a filter of system calls. Where nobody is, a sandbox is being built.
    """
    uids: dict[str, set[int]] = {}
    confined = set()
    for line in _processes():
        process = line.split()[1]
        status = _fields(f"/proc/{process}/status")
        try:
            namespace = str(Path(f"/proc/{process}/ns/pid").readlink())
        except OSError:
            continue
        uids.setdefault(namespace, set()).update(map(int, status.get("Uid", "").split()))
        if status.get("Seccomp") == "2":
            confined.add(namespace)
    return {uid for namespace in confined for uid in uids[namespace]}


def _fields(path: str) -> dict[str, str]:
    try:
        lines = Path(path).read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return {}
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def _groups() -> set[str]:
    return {f"cgroup {folder}" for top in groups_of(os.getpid()) for folder in top.glob("*/")}


def groups_of(executor: int) -> list[Path]:
    """Return an executor's folders in each hierarchy. Others come and go meanwhile, which `os.walk` forgives."""
    found = []
    for folder, inner, _ in os.walk("/sys/fs/cgroup"):
        found += [Path(folder) / name for name in inner if name.startswith(f"crucible-{executor}-")]
        inner[:] = [name for name in inner if not name.startswith("crucible-")]
    return found


def _mounts() -> set[str]:
    """Every mount of the host: sandboxes mount in namespaces of their own."""
    return {f"mount {line}" for line in Path("/proc/self/mountinfo").read_text().splitlines()}
