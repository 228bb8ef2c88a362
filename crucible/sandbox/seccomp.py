"""The last wall: which system calls exist for the program. `seccomp.toml` is the policy, this is its compiler.

The filter is classic BPF over the kernel's `struct seccomp_data`. It is compiled once and installed as bytes (see
`call_filter`), after everything else that a sandboxed process does to itself. It searches for a call's number by
halves: where a filter is installed, the kernel tries it with every number there is, which took a millisecond with
one comparison after the other.
"""

import errno
import functools
import hashlib
import json
import struct
import tomllib
from enum import Enum
from importlib import resources
from typing import Any

from crucible.sandbox import kernel, tracing
from crucible.sandbox.wall import Known, Wall

_LOAD = 0x20  # BPF_LD | BPF_W | BPF_ABS
_AND = 0x54  # BPF_ALU | BPF_AND | BPF_K
_JUMP_IF_EQUAL = 0x15  # BPF_JMP | BPF_JEQ | BPF_K
_JUMP_IF_AT_LEAST = 0x35  # BPF_JMP | BPF_JGE | BPF_K
_JUMP = 0x05  # BPF_JMP | BPF_JA
_RETURN = 0x06  # BPF_RET | BPF_K
_ALL_BITS = 0xFFFF_FFFF
_LONGEST_JUMP = 255
"""How far a comparison can jump."""

_ALLOW = 0x7FFF_0000
_KILL_PROCESS = 0x8000_0000
_ASK = 0x7FC0_0000  # SECCOMP_RET_USER_NOTIF
_STOP = 0x7FF0_0000  # SECCOMP_RET_TRACE
_ERRNO = 0x0005_0000

_NUMBER_OFFSET = 0
_ARCHITECTURE_OFFSET = 4
_ARGUMENTS_OFFSET = 16

_Instruction = tuple[int, int, int, int]

_AF_NETLINK = 16
_NO_NETLINK: list[_Instruction] = [
    (_LOAD, 0, 0, _ARGUMENTS_OFFSET),
    (_JUMP_IF_EQUAL, 0, 1, _AF_NETLINK),
    (_RETURN, 0, 0, _ERRNO | errno.EAFNOSUPPORT),
]
_NO_SUCH_CALL: list[_Instruction] = [(_RETURN, 0, 0, _ERRNO | errno.ENOSYS)]


class Part(Enum):
    """What the process behind a filter has to do with attempts that are recorded."""

    NONE = "none"
    """Nobody reads them: they are refused."""
    ASKS = "asks"
    """Whoever holds its listener answers them: see `notification`."""
    STOPS = "stops"
    """Whoever traces it answers them: see `tracing`."""
    ANSWERS = "answers"
    """It has nobody to ask, and may answer what another asks."""
    TRACES = "traces"
    """The same, where it traces the other."""
    PASSES = "passes"
    """It answers, and what it forks is put behind a filter of its own, to which recorded calls must pass."""


_OF_PROCESS_1 = frozenset({Part.ANSWERS, Part.TRACES, Part.PASSES})


def compile_filter(
    machine: str = kernel.MACHINE,
    part: Part = Part.NONE,
    *,
    without_audit: bool = False,
    own_kernel: bool = False,
) -> bytes:
    """Return the policy as a BPF program for `machine`. Raises ValueError for one that it doesn't know.

    `without_audit`: a netlink socket is refused in the words of a kernel that has none, with which `useradd` and
    PAM go on; they give up where the kernel's audit log is merely forbidden. `own_kernel`: for a program behind
    gVisor's kernel.
    """
    if machine not in kernel.AUDIT_ARCHITECTURES:
        raise ValueError(
            f"there is no system call table for {machine}; there are: {', '.join(kernel.AUDIT_ARCHITECTURES)}"
        )
    policy, tables = read_policy(), system_calls()
    numbers = tables[machine]
    known = {name for table in tables.values() for name in table}
    ask = {Part.ASKS: _ASK, Part.STOPS: _STOP}.get(part)

    more: dict[str, Any] = policy.get(part.value, {"calls": ""})
    answers: dict[int, list[_Instruction]] = {}
    for rule in policy["arguments"]:
        if rule["call"] not in numbers:
            continue
        also = [*more.get(rule["call"], []), *(_recorded_values(rule) if part is Part.PASSES else [])]
        answers[numbers[rule["call"]]] = _by_argument(rule, also, ask)
    recorded = ask or (_ALLOW if part is Part.PASSES else _ERRNO | errno.EPERM)
    named = _by_name(policy, known, recorded) | dict.fromkeys(more["calls"].split(), _ALLOW)
    if part is Part.PASSES:
        named |= {rule["call"]: _ALLOW for rule in policy["arguments"] if rule.get("record") is True}
    for name, answer in named.items():
        if name in numbers:
            answers[numbers[name]] = [(_RETURN, 0, 0, answer)]
    if ask:
        answers |= _asked(policy, numbers, part, ask, answers)
    answers |= _held(policy, numbers, part, answers)
    for rule in policy["own_kernel"] if own_kernel else ():
        answers |= {numbers[call]: _by_argument(rule, [], None) for call in rule["calls"].split()}
    foreign = {Part.ASKS: _ASK, Part.PASSES: _ALLOW}.get(part, _KILL_PROCESS)
    answers[numbers["socket"]][:0] = _NO_NETLINK if without_audit else []
    program: list[_Instruction] = [
        (_LOAD, 0, 0, _ARCHITECTURE_OFFSET),
        (_JUMP_IF_EQUAL, 1, 0, kernel.AUDIT_ARCHITECTURES[machine]),
        (_RETURN, 0, 0, foreign),
        (_LOAD, 0, 0, _NUMBER_OFFSET),
        (_JUMP_IF_AT_LEAST, 0, 1, kernel.X32_BIT),
        (_RETURN, 0, 0, foreign),
        *_search(_spans(answers)),
    ]
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in program)


def _recorded_values(rule: dict[str, Any]) -> list[int]:
    """Return for which values of an argument, and no others, a refusal is recorded."""
    recorded = rule.get("record", [])
    return recorded if isinstance(recorded, list) else []


def _by_name(policy: dict[str, Any], known: set[str], recorded: int) -> dict[str, int]:
    """Return the answer to each call that has one whatever its arguments. Raises ValueError for a misspelt one."""
    answers: dict[str, int] = {}
    for table, answer in (
        ("allow", _ALLOW),
        ("record", recorded),
        ("refuse", _ERRNO | errno.EPERM),
        ("pretend", _ERRNO),
    ):
        answers |= dict.fromkeys(" ".join(policy[table].values()).split(), answer)
    if misspelt := {*answers, *(rule["call"] for rule in policy["arguments"])} - known - _GONE:
        raise ValueError(f"seccomp.toml names {', '.join(map(repr, sorted(misspelt)))}, which is no system call")
    return answers


@functools.cache
def read_policy() -> dict[str, Any]:
    """Return `seccomp.toml`."""
    policy: dict[str, Any] = tomllib.loads((resources.files(__package__) / "seccomp.toml").read_text())
    return policy


@functools.cache
def system_calls() -> dict[str, dict[str, int]]:
    """Return the number of each system call by its name, for each architecture."""
    tables: dict[str, dict[str, int]] = json.loads((resources.files(__package__) / "syscalls.json").read_text())
    return tables


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


def refusal_of(rule: dict[str, Any]) -> int:
    """Return the errno that a rule about an argument answers with; 0 where it pretends."""
    return int(getattr(errno, rule["refuse"])) if rule["refuse"] else 0


def _by_argument(rule: dict[str, Any], also: list[int], ask: int | None) -> list[_Instruction]:
    """Return the instructions for one call that is allowed by one argument's value, and for the values `also`.

    `ask`: what hands over a call that is recorded, where there is somebody.
    """
    recorded = rule.get("record", False) if ask else False
    refused = ask if ask and recorded is True else _ERRNO | refusal_of(rule)
    if "only" in rule:
        answers, rest = dict.fromkeys((*rule["only"], *also), _ALLOW), refused
        if ask and isinstance(recorded, list):
            answers |= dict.fromkeys(recorded, ask)
    else:
        answers, rest = dict.fromkeys(rule["except"], refused), _ALLOW
    body: list[_Instruction] = [
        (_LOAD, 0, 0, _ARGUMENTS_OFFSET + 8 * rule["argument"]),  # the low half, on a little-endian machine
    ]
    if rule["mask"] != _ALL_BITS:
        body.append((_AND, 0, 0, rule["mask"]))
    for answer in dict.fromkeys(answers.values()):
        *others, last = [value for value, given in answers.items() if given == answer]
        body += [(_JUMP_IF_EQUAL, len(others) - place, 0, value) for place, value in enumerate(others)]
        body += [(_JUMP_IF_EQUAL, 0, 1, last), (_RETURN, 0, 0, answer)]
    return [*body, (_RETURN, 0, 0, rest)]


def _asked(
    policy: dict[str, Any],
    numbers: dict[str, int],
    part: Part,
    ask: int,
    answers: dict[int, list[_Instruction]],
) -> dict[int, list[_Instruction]]:
    """Return the answers that are other ones where somebody answers for the program."""
    asked = {numbers[name]: _by_address(pointer, ask) for name, (pointer, _) in policy["addresses"].items()}
    for rule in policy["pretended"]:
        number = numbers[rule["call"]]
        *body, _ = _by_argument(rule, [], ask)  # the last lets the rest pass, for which there may be another rule
        asked[number] = [*body, *answers[number]]
    for rule in policy["traced"] if part is Part.STOPS else ():
        asked[numbers[rule["call"]]] = _by_argument(rule, [], ask)
    return asked


def _held(
    policy: dict[str, Any], numbers: dict[str, int], part: Part, answers: dict[int, list[_Instruction]]
) -> dict[int, list[_Instruction]]:
    """Return the answers to calls that set a limit which is held. Process 1 sets those of whom it forks."""
    rules = [] if part in _OF_PROCESS_1 else policy["held"]
    return {number: _holding(rule, answers[number]) for rule in rules for number in [numbers[rule["call"]]]}


def _holding(rule: dict[str, Any], otherwise: list[_Instruction]) -> list[_Instruction]:
    """Return the instructions that pretend to set a limit that is held, and are `otherwise` where it isn't."""
    pointer = _ARGUMENTS_OFFSET + 8 * rule["pointer"]
    body: list[_Instruction] = [
        (_LOAD, 0, 0, pointer),
        (_JUMP_IF_EQUAL, 0, 2, 0),
        (_LOAD, 0, 0, pointer + 4),
        (_JUMP_IF_EQUAL, 1, 0, 0),
        (_RETURN, 0, 0, _ERRNO),
    ]
    for argument, value in reversed(rule["where"]):
        body[:0] = [
            (_LOAD, 0, 0, _ARGUMENTS_OFFSET + 8 * argument),
            (_JUMP_IF_EQUAL, 0, len(body), value),
        ]
    return [*body, *otherwise]


def _by_address(pointer: int, ask: int) -> list[_Instruction]:
    """Return the instructions for a call that is asked about where this argument, a pointer, points anywhere."""
    offset = _ARGUMENTS_OFFSET + 8 * pointer
    return [
        (_LOAD, 0, 0, offset),
        (_JUMP_IF_EQUAL, 0, 2, 0),
        (_LOAD, 0, 0, offset + 4),
        (_JUMP_IF_EQUAL, 1, 0, 0),
        (_RETURN, 0, 0, ask),
        (_RETURN, 0, 0, _ALLOW),
    ]


def recording(*, own_kernel: bool) -> str | None:
    """Return how attempts come to be recorded, behind a kernel of its own or the host's; None: they don't."""
    if not own_kernel:
        return "seccomp user notification, answered by process 1"
    return "ptrace in gVisor's kernel, answered by process 1" if tracing.IS_KNOWN_HERE else None


def build_wall_of_sessions(*, own_kernel: bool = False) -> Wall:
    """Return the wall of what process 1 of a session goes on to fork. See `build_wall`."""
    part = _handing_over(own_kernel=own_kernel)
    return Wall(
        program=compile_filter(part=part, without_audit=True, own_kernel=own_kernel),
        process_1=compile_filter(part=Part.PASSES),
        known={} if part is Part.NONE else known_calls(),
        traced=part is Part.STOPS,
    )


def build_wall(*, own_kernel: bool = False) -> Wall:
    """Return this machine's wall. Raises ValueError for one whose system calls aren't known.

    `own_kernel`: for programs behind gVisor's.
    """
    part = _handing_over(own_kernel=own_kernel)
    program = compile_filter(part=part, own_kernel=own_kernel)
    if part is Part.NONE:
        return Wall(program=program, process_1=program, known={})
    return Wall(
        program=program,
        process_1=compile_filter(part=Part.TRACES if part is Part.STOPS else Part.ANSWERS),
        known=known_calls(),
        traced=part is Part.STOPS,
    )


def _handing_over(*, own_kernel: bool) -> Part:
    if not own_kernel:
        return Part.ASKS
    return Part.STOPS if recording(own_kernel=True) else Part.NONE


def known_calls() -> dict[int, Known]:
    """Return what the policy says of every call that the filter may hand over, by its number."""
    policy, numbers = read_policy(), system_calls()[kernel.MACHINE]
    refused = dict.fromkeys(" ".join(policy["record"].values()).split(), errno.EPERM)
    refused |= {rule["call"]: refusal_of(rule) for rule in policy["arguments"] if rule.get("record")}
    refused |= dict.fromkeys(policy["addresses"], errno.EACCES)
    return {
        numbers[name]: Known(
            name=name,
            error=error,
            shown=_shown(policy["shown"].get(name, "")),
            address=tuple(policy["addresses"][name]) if name in policy["addresses"] else None,
            unremarkable=[tuple(values) for values in policy["unremarkable"].get(name, ())],
        )
        for name, error in refused.items()
        if name in numbers
    }


def _shown(text: str) -> list[tuple[str, int, str]]:
    return [(name, int(place), kind) for name, place, kind in map(str.split, filter(None, text.split(", ")))]


def digest(program: bytes) -> str:
    """Return what names this filter in a containment record."""
    return hashlib.sha256(program).hexdigest()
