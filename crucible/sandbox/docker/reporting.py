"""What is reported of an engine: which layers and limits its containers have, which they lack, and why."""

from typing import Any, Final

from crucible.domain.sandbox import Containment, Isolation, Promise
from crucible.sandbox import counted, seccomp, tracing
from crucible.sandbox.docker.blueprint import House
from crucible.sandbox.docker.engine import About
from crucible.sandbox.docker.identities import Identities
from crucible.sandbox.images import LOCKS_SEEN

_NO_PROFILE: Final = "unconfined"
"""What AppArmor says of who is under none of its profiles, as a rootless engine's containers are."""


def missing(about: About, house: House, identities: Identities) -> dict[str, str]:
    """Return what this engine can't give, each with the one command that mends it, where one does."""
    lacking = {}
    if identities.shared:
        lacking["identity of its own"] = (
            f"{_shared(identities.shared, about, house)}, and programs of one uid share what it may have of pipes "
            "and signals; use the engine namespaces"
        )
    if not about.is_remapped:
        lacking["user namespace"] = (
            "process 1 is the host's root, reduced to six capabilities, and each program a uid of the host's; "
            'for one in which all programs are one uid, put "userns-remap": "default" into '
            "/etc/docker/daemon.json, then: sudo systemctl restart docker"
        )
    return lacking


def _shared(shared: str, about: About, house: House) -> str:
    """Say besides what becomes of the one thing that is counted for whoever made the containers' namespaces."""
    if house.bounds_shares:
        return f"{shared}, each of which has at most {counted.BOUNDS['max_inotify_instances']} inotify instances"
    if about.gives_user_namespaces and not house.own_kernel:
        return f"{shared} and the host's root pays for their inotify instances, unless the executor is root"
    return shared


def unpromised(about: About, house: House, identities: Identities) -> dict[Promise, str]:
    """Return what a caller would miss here, and why."""
    broken = {
        Promise.ONLY_ITS_OWN_PROCESSES: "the engine mounts /proc without hidepid, so process 1 is listed",
        Promise.NOBODY_OUTSIDE: "its process 1 is the host's root, or whom the engine has in root's place",
    }
    if identities.shared:
        broken[Promise.COUNTED_APART] = _shared(identities.shared, about, house)
    if not house.own_kernel:
        broken[Promise.LOCKS_APART] = LOCKS_SEEN
    else:
        broken |= {
            Promise.FILES_AFTER_MEMORY: "the host's kernel ends gVisor's, with all that is in it",
            Promise.PROCESS_1_HIDDEN: "gVisor's /proc shows its environment and memory map; no secret is there",
            Promise.PRIORITY_FIXED: "gVisor's kernel grants it, and the host is not told",
            Promise.FIRST_VICTIM: "the host's kernel sees one process: gVisor's kernel",
        }
    if not seccomp.recording(own_kernel=house.own_kernel):
        broken[Promise.ATTEMPTS_RECORDED] = tracing.UNKNOWN_HERE
    return broken


def containment(
    name: str, about: About, house: House, identities: Identities, said: dict[str, Any]
) -> Containment:
    """Return what stands between a program and the host. `said`: what process 1 found in there."""
    guest = house.own_kernel
    version = about.cgroup_version
    landlock = int(said.get("landlock", 0))
    profile = said.get("apparmor", "")
    group = f"cgroup v{version}"
    recording = seccomp.recording(own_kernel=guest)
    return Containment(
        engine=name,
        driver="docker",
        isolation=Isolation.USER_SPACE_KERNEL if guest else Isolation.SHARED_KERNEL,
        kernel=f"gVisor, as Linux {said.get('kernel')}" if guest else f"Linux {about.kernel}",
        namespaces=(
            "mount",
            "pid",
            "network",
            "ipc",
            "uts",
            "cgroup",
            *(("user",) if about.gives_user_namespaces else ()),
        ),
        seccomp=seccomp.digest(seccomp.build_wall(own_kernel=guest).program),
        landlock_abi=landlock,
        cgroup_version=version,
        enforces={
            "container": f"Docker {about.release} with {house.runtime or 'its own runtime'}",
            "wall_seconds": "the executor's clock",
            "cpu_seconds": f"{group} {'cpuacct' if version == 1 else 'cpu'}, sampled",
            "cpus": f"{group} cpu",
            "memory_bytes": f"{group} memory, no swap",
            "processes": f"{group} pids" if house.counts_processes else "RLIMIT_NPROC",
            "disk_bytes": "tmpfs size for each writable folder, "
            + ("their sum and the number of files by process 1" if guest else "inodes, their sum by process 1")
            + ", RLIMIT_FSIZE",
            "output_bytes": "the executor's reader",
            "open_files": "RLIMIT_NOFILE",
            "files": f"read-only root, Landlock ABI {landlock}" if landlock else "read-only root",
            "network": "an empty network namespace, seccomp",
            "identity": "an ordinary user without capabilities"
            + _whose_users(about)
            + ("" if guest or identities.shared else ", a uid of its own"),
            "system calls": "seccomp allow-list, inside of the engine's own",
            **({"profile": f"AppArmor, {profile}"} if profile not in {"", _NO_PROFILE} else {}),
            **({"attempts": recording} if recording else {}),
        },
    )


def _whose_users(about: About) -> str:
    if about.gives_user_namespaces:
        return ", in a user namespace"
    return ", in the engine's user namespace" if about.is_remapped else ""
