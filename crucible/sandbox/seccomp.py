"""The last wall: which system calls exist for the program. `seccomp.toml` is the policy, this is its compiler.

The filter is classic BPF over the kernel's `struct seccomp_data`. It is compiled once and installed as bytes (see
`call_filter`), after everything else that a sandboxed process does to itself. It searches for a call's number by
halves: where a filter is installed, the kernel tries it with every number there is, which took a millisecond with
one comparison after the other.
"""

import errno
import hashlib
import json
import struct
import tomllib
from importlib import resources
from typing import Any

from crucible.sandbox import kernel

_LOAD = 0x20  # BPF_LD | BPF_W | BPF_ABS
_AND = 0x54  # BPF_ALU | BPF_AND | BPF_K
_JUMP_IF_EQUAL = 0x15  # BPF_JMP | BPF_JEQ | BPF_K
_JUMP_IF_AT_LEAST = 0x35  # BPF_JMP | BPF_JGE | BPF_K
_JUMP = 0x05  # BPF_JMP | BPF_JA
_RETURN = 0x06  # BPF_RET | BPF_K
_LONGEST_JUMP = 255
"""How far a comparison can jump."""

_ALLOW = 0x7FFF_0000
_KILL_PROCESS = 0x8000_0000
_ERRNO = 0x0005_0000

_NUMBER_OFFSET = 0
_ARCHITECTURE_OFFSET = 4
_ARGUMENTS_OFFSET = 16

_AUDIT_ARCHITECTURES = {"x86_64": 0xC000_003E, "aarch64": 0xC000_00B7}
_X32_BIT = 0x4000_0000

_Instruction = tuple[int, int, int, int]

_NO_SUCH_CALL: list[_Instruction] = [(_RETURN, 0, 0, _ERRNO | errno.ENOSYS)]


def compile_filter(machine: str = kernel.MACHINE) -> bytes:
    """Return the policy as a BPF program for `machine`. Raises ValueError for one that it doesn't know."""
    if machine not in _AUDIT_ARCHITECTURES:
        raise ValueError(
            f"there is no system call table for {machine}; there are: {', '.join(_AUDIT_ARCHITECTURES)}"
        )
    package = resources.files(__package__)
    policy = tomllib.loads((package / "seccomp.toml").read_text())
    numbers: dict[str, int] = json.loads((package / "syscalls.json").read_text())[machine]
    known = {name for table in json.loads((package / "syscalls.json").read_text()).values() for name in table}

    answers: dict[int, list[_Instruction]] = {}
    for rule in policy["arguments"]:
        answers[numbers[rule["call"]]] = _by_argument(rule)
    for table, answer in (("allow", _ALLOW), ("refuse", _ERRNO | errno.EPERM)):
        for name in " ".join(policy[table].values()).split():
            if name in numbers:
                answers[numbers[name]] = [(_RETURN, 0, 0, answer)]
            elif name not in known and name not in _GONE:
                raise ValueError(f"seccomp.toml names {name!r}, which is no system call")
    program: list[_Instruction] = [
        (_LOAD, 0, 0, _ARCHITECTURE_OFFSET),
        (_JUMP_IF_EQUAL, 1, 0, _AUDIT_ARCHITECTURES[machine]),
        (_RETURN, 0, 0, _KILL_PROCESS),
        (_LOAD, 0, 0, _NUMBER_OFFSET),
        (_JUMP_IF_AT_LEAST, 0, 1, _X32_BIT),
        (_RETURN, 0, 0, _KILL_PROCESS),
        *_search(_spans(answers)),
    ]
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in program)


_GONE = frozenset({"stime"})
"""Calls of other architectures that stay in the policy for a reader's sake."""


def _spans(answers: dict[int, list[_Instruction]]) -> list[tuple[int, list[_Instruction]]]:
    """Return, in order, from which number on which answer holds."""
    spans = [(0, _NO_SUCH_CALL)]
    for number, answer in sorted(answers.items()):
        for start, body in ((number, answer), (number + 1, _NO_SUCH_CALL)):
            if spans[-1][0] == start:
                spans.pop()
            if not spans or spans[-1][1] != body:
                spans.append((start, body))
    return spans


def _search(spans: list[tuple[int, list[_Instruction]]]) -> list[_Instruction]:
    """Return the instructions that find the span of the number at hand, and give its answer."""
    if len(spans) == 1:
        return spans[0][1]
    middle = len(spans) // 2
    below, above = _search(spans[:middle]), _search(spans[middle:])
    start = spans[middle][0]
    if len(below) <= _LONGEST_JUMP:
        return [(_JUMP_IF_AT_LEAST, len(below), 0, start), *below, *above]
    return [(_JUMP_IF_AT_LEAST, 0, 1, start), (_JUMP, 0, 0, len(below)), *below, *above]


def _by_argument(rule: dict[str, Any]) -> list[_Instruction]:
    """Return the instructions for one call that is allowed by one argument's value."""
    listed, unlisted = _ALLOW, _ERRNO | getattr(errno, rule["refuse"])
    values = rule.get("only")
    if values is None:
        values, listed, unlisted = rule["except"], unlisted, listed
    body: list[_Instruction] = [
        (_LOAD, 0, 0, _ARGUMENTS_OFFSET + 8 * rule["argument"]),  # the low half, on a little-endian machine
        (_AND, 0, 0, rule["mask"]),
    ]
    for position, value in enumerate(values):
        body.append((_JUMP_IF_EQUAL, len(values) - position, 0, value))
    body += [(_RETURN, 0, 0, unlisted), (_RETURN, 0, 0, listed)]
    return body


def digest(program: bytes) -> str:
    """Return what names this filter in a containment record."""
    return hashlib.sha256(program).hexdigest()
