"""What a driver needs to make a session, whatever makes its namespaces: its ground, and what it enforces."""

from crucible.domain.session import SessionSpec
from crucible.sandbox import capabilities, landlock
from crucible.sandbox.plan import Identity
from crucible.sandbox.sessions.plan import Ground
from crucible.sandbox.tree import tree

HOST = "/usr"
"""What stands for the host's own programs where the `prefix` of an image stands otherwise."""
NO_SESSIONS_IN_GVISOR = (
    "gVisor's kernel shows the host none of its processes, so that no control group tells which came of an exec; "
    "use an engine on the host's kernel"
)
_BYTES_PER_INODE = 4096
_FEWEST_INODES = 1024


def ground_of(
    spec: SessionSpec, prefix: str, identity: Identity, keeper: int, cgroups: list[str] | None = None
) -> Ground:
    """Return the ground of a session with the programs of `prefix`. `cgroups`: what its processes have to join."""
    return Ground(
        identity=identity,
        keeper=keeper,
        tree=tree(prefix),
        cgroups=cgroups or [],
        landlock=landlock.abi(),
        last_capability=capabilities.last_capability(),
        disk_bytes=spec.limits.disk_bytes,
        inodes=max(_FEWEST_INODES, spec.limits.disk_bytes // _BYTES_PER_INODE),
        open_files=spec.limits.open_files,
    )


def enforces(cgroup_version: int, identity: Identity) -> dict[str, str]:
    """Return each limit and layer of a session with the mechanism that holds it."""
    group = f"cgroup v{cgroup_version}"
    return {
        "lifetime_seconds": "the executor's clock",
        "idle_seconds": "the executor's clock",
        "timeout_seconds": f"the executor's clock, a {group} for each exec",
        "cpus": f"{group} cpu",
        "memory_bytes": f"{group} memory, no swap",
        "processes": f"{group} pids",
        "disk_bytes": "tmpfs size and inodes, RLIMIT_FSIZE",
        "output_bytes": "the executor's reader",
        "open_files": "RLIMIT_NOFILE",
        "files": "pivot_root, locked read-only mounts",
        "network": "an empty network namespace, seccomp",
        "identity": "a user namespace without host root" + (", uids of its own" if identity.ranged else ""),
        "system calls": "seccomp allow-list",
        "attempts": "seccomp user notification, answered by process 1",
    }
