"""What stands in the way of the `namespaces` driver on this host, and the one command that mends it."""

import os
import platform
import shutil
from dataclasses import dataclass

from crucible.sandbox import apparmor, call_filter, cgroup, kernel, landlock, notification, ordinary, seccomp
from crucible.sandbox.in_child import failure_of

_OLDEST_KERNEL = (5, 12)
"""mount_setattr; pidfds and openat2 are older."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    works: bool
    detail: str
    """How it works, or why it doesn't."""
    remedy: str | None = None
    """The command that mends it."""
    required: bool = True
    """Whether the driver refuses to run without it."""


def examine() -> list[Finding]:
    """Look at everything that the driver needs, without changing anything."""
    return [check() for check in (_kernel, _machine, _attempts, _user_namespaces, _cgroups, _landlock, _uids)]


def _kernel() -> Finding:
    release = platform.release()
    version = tuple(int(part) for part in release.split("-")[0].split(".")[:2])
    if version >= _OLDEST_KERNEL:
        return Finding("kernel", works=True, detail=release)
    return Finding("kernel", False, f"{release} is older than 5.12", "upgrade the distribution's kernel")


def _machine() -> Finding:
    try:
        program = seccomp.compile_filter(part=seccomp.Part.ASKS)
    except ValueError as error:
        return Finding("system calls", False, str(error), "run Crucible on x86_64 or aarch64")
    return Finding("system calls", True, f"seccomp allow-list {seccomp.digest(program)[:12]} for {kernel.MACHINE}")


def _attempts() -> Finding:
    failure = failure_of(_install_a_filter_that_asks)
    if not failure:
        return Finding("attempts", True, "seccomp user notification, answered by process 1 of each sandbox")
    return Finding(
        "attempts",
        False,
        failure,
        "run Crucible outside of the container whose engine answers system calls",
    )


def _install_a_filter_that_asks() -> None:
    kernel.prctl(kernel.Prctl.SET_NO_NEW_PRIVS, 1)
    notification.install(call_filter.ALLOW_ALL)


def _user_namespaces() -> Finding:
    failure = failure_of(lambda: kernel.unshare(kernel.CLONE_NEWUSER | kernel.CLONE_NEWNS))
    if not failure:
        return Finding("namespaces", True, "user, mount, PID, network, IPC, UTS and cgroup namespaces")
    if apparmor.restricts() and os.geteuid() != 0:
        return Finding(
            "namespaces",
            False,
            "AppArmor refuses user namespaces to ordinary users",
            apparmor.REMEDY,
        )
    if _text("/proc/sys/user/max_user_namespaces") == "0":
        return Finding("namespaces", False, failure, "sudo sysctl -w user.max_user_namespaces=65536")
    if _text("/proc/sys/kernel/unprivileged_userns_clone") == "0":
        return Finding("namespaces", False, failure, "sudo sysctl -w kernel.unprivileged_userns_clone=1")
    return Finding("namespaces", False, failure, "in a container: docker run --privileged --cgroupns=private ...")


def _cgroups() -> Finding:
    try:
        found = cgroup.find()
    except (cgroup.CgroupsUnavailableError, OSError) as error:
        reason, _, remedy = str(error).partition("; ")
        return Finding("limits", False, reason, remedy or "run Crucible as root, or in a delegated cgroup")
    found.close()
    return Finding("limits", True, f"cgroup v{found.version}: memory without swap, processes, processor time")


def _landlock() -> Finding:
    version = landlock.abi()
    if version:
        return Finding("landlock", True, f"ABI {version}", required=False)
    return Finding("landlock", False, "not in this kernel, or off", "boot with lsm=landlock,...", required=False)


def _uids() -> Finding:
    if os.geteuid() == 0:
        return Finding("identity", True, "a range of uids for each sandbox", required=False)
    if own := ordinary.ranges():
        return Finding("identity", True, f"two of {own.count} subordinate ids for each sandbox", required=False)
    missing = [command for command in ("newuidmap", "newgidmap") if not shutil.which(command)]
    remedy = (
        "sudo apt-get install uidmap"
        if missing
        else "sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 $USER"
    )
    return Finding(
        "identity", False, "every sandbox runs under your own uid, in a user namespace", remedy, required=False
    )


def _text(path: str) -> str:
    try:
        with open(path) as file:
            return file.read().strip()
    except OSError:
        return ""
