"""The same system call policy in the words of container runtimes: JSON that runc, crun and Docker's engine read.

A container's process 1 needs calls that the program must not have: it still has to become somebody else and to
install the program's filter. So this profile is the outer wall, around the whole container, and a little wider;
the exact filter (see `seccomp`) is the inner one, which process 1 puts up before it executes a program. Where both
refuse, the kernel answers with the inner one's error.
"""

import errno
import json
import tomllib
from importlib import resources
from typing import Any

from crucible.sandbox import kernel

_ARCHITECTURES = {"x86_64": "SCMP_ARCH_X86_64", "aarch64": "SCMP_ARCH_AARCH64"}
_SMALL_NUMBERS = (*range(64), *range(1024, 1088))
"""What an argument can be where the policy lists refused values: runtimes can't express all but some, masked."""


def profile(machine: str = kernel.MACHINE) -> dict[str, Any]:
    """Return the profile of a container for `machine`. Raises ValueError for one without a table."""
    if machine not in _ARCHITECTURES:
        raise ValueError(f"there is no system call table for {machine}; there are: {', '.join(_ARCHITECTURES)}")
    package = resources.files(__package__)
    policy = tomllib.loads((package / "seccomp.toml").read_text())
    known = json.loads((package / "syscalls.json").read_text())[machine]
    process_1 = policy["process_1"]
    allowed = " ".join([*policy["allow"].values(), process_1["calls"]]).split()
    refused = " ".join([*policy["record"].values(), *policy["refuse"].values()]).split()
    return {
        "defaultAction": "SCMP_ACT_ERRNO",
        "defaultErrnoRet": errno.ENOSYS,
        "architectures": [_ARCHITECTURES[machine]],
        "syscalls": [
            {"names": [name for name in allowed if name in known], "action": "SCMP_ACT_ALLOW"},
            {
                "names": [name for name in refused if name in known and name not in allowed],
                "action": "SCMP_ACT_ERRNO",
                "errnoRet": errno.EPERM,
            },
            *(
                _allowed_where(rule, value)
                for rule in policy["arguments"]
                for value in _values(rule, process_1.get(rule["call"], []))
            ),
        ],
    }


def _values(rule: dict[str, Any], also: list[int]) -> list[int]:
    if "only" in rule:
        return [*rule["only"], *also]
    return [value for value in _SMALL_NUMBERS if value not in rule["except"] and value & rule["mask"] == value]


def _allowed_where(rule: dict[str, Any], value: int) -> dict[str, Any]:
    argument = {"index": rule["argument"], "value": rule["mask"], "valueTwo": value, "op": "SCMP_CMP_MASKED_EQ"}
    return {"names": [rule["call"]], "action": "SCMP_ACT_ALLOW", "args": [argument]}
