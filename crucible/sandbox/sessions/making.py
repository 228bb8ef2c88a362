"""What a driver needs to make a session, whatever makes its namespaces: its ground, and what it enforces."""

from crucible.domain.session import SessionSpec
from crucible.sandbox import capabilities, landlock, seccomp
from crucible.sandbox.plan import Identity
from crucible.sandbox.sessions.plan import Ground, OwnKernel
from crucible.sandbox.tree import tree

HOST = "/usr"
"""What stands for the host's own programs where the `prefix` of an image stands otherwise."""
_BYTES_PER_INODE = 4096
_FEWEST_INODES = 1024


def ground_of(
    spec: SessionSpec,
    prefix: str,
    identity: Identity,
    keeper: int,
    *,
    cgroups: list[str] | None = None,
    own_kernel: OwnKernel | None = None,
) -> Ground:
    """Return the ground of a session with the programs of `prefix`.

    `cgroups`: what its processes have to join. `own_kernel`: for one that has a kernel of its own.
    """
    return Ground(
        identity=identity,
        keeper=keeper,
        tree=tree(prefix),
        cgroups=cgroups or [],
        landlock=landlock.abi() if own_kernel is None else 0,
        last_capability=capabilities.last_capability(),
        disk_bytes=spec.limits.disk_bytes,
        inodes=max(_FEWEST_INODES, spec.limits.disk_bytes // _BYTES_PER_INODE),
        open_files=spec.limits.open_files,
        own_kernel=own_kernel,
    )


def enforces(cgroup_version: int, identity: Identity, *, own_kernel: bool = False) -> dict[str, str]:
    """Return each limit and layer of a session with the mechanism that holds it.

    `own_kernel`: whether the container brings one, which knows its processes and answers them.
    """
    group = f"cgroup v{cgroup_version}"
    recording = seccomp.recording(own_kernel=own_kernel)
    tracking = "a control group of gVisor's kernel" if own_kernel else f"a {group}"
    return {
        "lifetime_seconds": "the executor's clock",
        "idle_seconds": "the executor's clock",
        "timeout_seconds": f"the executor's clock, {tracking} for each exec",
        "cpus": f"{group} cpu",
        "memory_bytes": f"{group} memory, no swap",
        "processes": "RLIMIT_NPROC in gVisor's kernel, of each user" if own_kernel else f"{group} pids",
        "disk_bytes": "tmpfs size and inodes, RLIMIT_FSIZE" + (", /dev/shm as memory" if own_kernel else ""),
        "output_bytes": "the executor's reader",
        "open_files": "RLIMIT_NOFILE",
        "files": "pivot_root, locked read-only mounts",
        "network": "an empty network namespace, seccomp",
        "identity": "a user namespace without host root" + (", uids of its own" if identity.ranged else ""),
        "system calls": "seccomp allow-list" + (", answered by gVisor" if own_kernel else ""),
        **({"attempts": recording} if recording else {}),
    }
