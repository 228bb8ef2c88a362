"""Control groups: what bounds a program's memory, processes and processor time, and counts them.

Both versions exist in the field, and one protocol hides which: `find` says what this host offers, `Cgroups.create`
makes one group per sandbox, which has its limits before a program is in it.
"""

import errno

from crucible.sandbox.cgroup import files
from crucible.sandbox.cgroup.group import CONTROLLERS, Cgroup, Cgroups, CgroupsUnavailableError, Reading
from crucible.sandbox.cgroup.mounts import mounted_besides, mounts, paths_of
from crucible.sandbox.cgroup.v1 import CgroupsV1, GroupV1
from crucible.sandbox.cgroup.v2 import CgroupsV2, GroupV2

__all__ = [
    "CONTROLLERS",
    "Cgroup",
    "Cgroups",
    "CgroupsUnavailableError",
    "CgroupsV1",
    "CgroupsV2",
    "Reading",
    "find",
    "mounted_besides",
    "of",
]


def find(also: tuple[str, ...] = ()) -> Cgroups:
    """Return what this host offers. Raises CgroupsUnavailableError.

    `also`: controllers in whose hierarchies a group must have its place, too, where each has its own.
    """
    own = dict(paths_of("self"))
    mounted = list(mounts())
    unified = next((mount for mount in mounted if mount.kind == "cgroup2"), None)
    if unified and set(CONTROLLERS) <= set(files.read(f"{unified.point}/cgroup.controllers").split()):
        return CgroupsV2(unified.point, unified.inside(own.get("", "/")))
    folders: dict[str, str] = {}
    needed = {"memory", "pids", "cpu", "cpuacct", *also}
    for mount in (mount for mount in mounted if mount.kind == "cgroup"):
        for controller in mount.options & own.keys():
            folder = mount.point + mount.inside(own[controller])
            files.sweep(folder)  # an executor that was killed may have needed more of them than this one
            if controller in needed:
                folders[controller] = folder
    if missing := needed - folders.keys():
        raise CgroupsUnavailableError(
            f"no cgroup controller for {', '.join(sorted(missing))} is mounted; "
            "boot with systemd.unified_cgroup_hierarchy=1, or mount cgroup2 on /sys/fs/cgroup"
        )
    return CgroupsV1(folders)


def of(process: int, ours: int) -> Cgroup:
    """Return the group that somebody else made and a process is in. Raises OSError where it can't be seen here.

    `ours` is how many processes in it are not the program's.
    """
    paths = dict(paths_of(str(process)))
    folders: dict[str, str] = {}
    for mount in mounts():
        if mount.kind == "cgroup2":
            folders[""] = mount.point + mount.inside(paths.get("", "/"))
        for controller in {"memory", "pids", "cpu", "cpuacct"} & mount.options:
            folders[controller] = mount.point + mount.inside(paths.get(controller, "/"))
    version2 = "memory" not in folders
    group: Cgroup = GroupV2(folders.get("", ""), ours) if version2 else GroupV1(folders, ours)
    if str(process) not in files.read(group.entrances[0]).split():
        raise FileNotFoundError(errno.ENOENT, f"process {process} is not where its group should be")
    return group
