"""What a sandbox could leave on the host: processes, mounts, control groups."""

import os
from pathlib import Path

bystanders: set[int] = set()
"""Processes that a test started and that are in no sandbox."""
_SERVERS = {"postgres", "redis-server", "crucible"}
"""What a session's tests share, and what forks when it pleases; a role of Crucible may be started anew."""


def traces() -> set[str]:
    """Return a line for everything that is there because of this process's sandboxes."""
    alive = _alive()
    below = _descendants(alive)
    found = [process for process in alive if process in below or _is_in_a_group(process)]
    return {*(f"process {process} {alive[process][1]}" for process in found), *_groups(), *_mounts()}


def children(process: int) -> list[int]:
    """Return whom a process of one thread has forked and not reaped; nobody where it is gone."""
    try:
        return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def _alive() -> dict[int, tuple[int, str]]:
    """Return whose child each process is, and its name.

    Each test that leaves nothing asks for this several times, of all that runs on the host: hence without pathlib.
    """
    found = {}
    for name in filter(str.isdigit, os.listdir("/proc")):  # noqa: PTH208
        number, _, rest = _read(f"/proc/{name}/stat").partition(b" (")
        command, _, fields = rest.rpartition(b") ")
        if number:
            found[int(name)] = int(fields.split(maxsplit=2)[1]), command.decode(errors="replace")
    return found


def _descendants(alive: dict[int, tuple[int, str]]) -> set[int]:
    """Processes that came from this one: what a container runtime starts beside a sandbox is in nobody's group."""
    children: dict[int, list[int]] = {}
    for process, (parent, name) in alive.items():
        if process not in bystanders and name not in _SERVERS:
            children.setdefault(parent, []).append(process)
    found, left = set(), [os.getpid()]
    while left:
        below = children.get(left.pop(), [])
        found.update(below)
        left += below
    return found


def _is_in_a_group(process: int) -> bool:
    """Tell whether it is in one of this process's executor; a sandbox's processes can't leave theirs."""
    return f"/crucible-{os.getpid()}-".encode() in _read(f"/proc/{process}/cgroup")


def _read(path: str) -> bytes:
    """Return what is in a file of /proc; nothing where the process is gone."""
    try:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123
            return file.read()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def uids_in_sandboxes() -> set[int]:
    """Return whose, on the host, the processes are that share a PID namespace with a program.

    It and what waits to become it are behind a filter of system calls. Where nobody is, a sandbox is being built.
    """
    uids: dict[str, set[int]] = {}
    confined = set()
    for process in filter(_is_in_a_group, _alive()):
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
