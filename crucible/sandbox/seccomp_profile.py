"""The same system call policy in the words of container runtimes: JSON that runc, crun and Docker's engine read.

A container's process 1 needs calls that the program must not have: it still has to become somebody else and to
install the program's filter. So this profile is the outer wall, around the whole container, and a little wider;
the exact filter (see `seccomp`) is the inner one, which process 1 puts up before it executes a program. Of two
filters the one that refuses is heard before the one that asks, so what is recorded has to pass the outer one: the
inner one hands it to process 1, which refuses it.
"""

import errno
from typing import Any

from crucible.sandbox import kernel, seccomp

_ARCHITECTURES = {"x86_64": "SCMP_ARCH_X86_64", "aarch64": "SCMP_ARCH_AARCH64"}
_SMALL_NUMBERS = (*range(64), *range(1024, 1088))
"""What an argument can be where the policy lists refused values: runtimes can't express all but some, masked."""


def profile(machine: str = kernel.MACHINE) -> dict[str, Any]:
    """Return the profile of a container for `machine`. Raises ValueError for one without a table."""
    if machine not in _ARCHITECTURES:
        raise ValueError(f"there is no system call table for {machine}; there are: {', '.join(_ARCHITECTURES)}")
    policy, known = seccomp.read_policy(), seccomp.system_calls()[machine]
    process_1 = policy["process_1"]
    whole = [rule["call"] for rule in policy["arguments"] if rule.get("record") is True]
    passed = (*policy["allow"].values(), *policy["record"].values(), *policy["pretend"].values())
    allowed = " ".join([*passed, process_1["calls"], *whole]).split()
    refused = " ".join(policy["refuse"].values()).split()
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
                if rule["call"] not in whole
                for value in _values(rule, process_1.get(rule["call"], []))
            ),
        ],
    }


def _values(rule: dict[str, Any], also: list[int]) -> list[int]:
    if "only" in rule:
        return [*rule["only"], *rule.get("record", []), *also]
    return [value for value in _SMALL_NUMBERS if value not in rule["except"] and value & rule["mask"] == value]


def _allowed_where(rule: dict[str, Any], value: int) -> dict[str, Any]:
    argument = {"index": rule["argument"], "value": rule["mask"], "valueTwo": value, "op": "SCMP_CMP_MASKED_EQ"}
    return {"names": [rule["call"]], "action": "SCMP_ACT_ALLOW", "args": [argument]}
