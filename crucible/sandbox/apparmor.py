"""What AppArmor may keep from sandboxes: user namespaces, which Ubuntu's kernels can give to the privileged alone.

A session makes one inside of its container, by a process that has given up all privileges.
"""

from typing import Final

SETTING: Final = "/proc/sys/kernel/apparmor_restrict_unprivileged_userns"
REMEDY: Final = "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"


def restricts() -> bool:
    """Tell whether it does on this host."""
    try:
        with open(SETTING) as file:
            return file.read().strip() == "1"
    except FileNotFoundError:
        return False
