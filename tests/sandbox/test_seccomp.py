"""The policy as data and the filter as bytes, read back by an interpreter of the kernel's own small machine."""

import errno
import json
import re
import struct
import tomllib
from importlib import resources
from pathlib import Path

import pytest

from crucible.sandbox import kernel, notification, seccomp

FILES = resources.files("crucible.sandbox")
POLICY = tomllib.loads((FILES / "seccomp.toml").read_text())
TABLES = json.loads((FILES / "syscalls.json").read_text())
ALLOW, ASK, STOP, KILL, ERRNO = 0x7FFF_0000, 0x7FC0_0000, 0x7FF0_0000, 0x8000_0000, 0x0005_0000
PERM = ERRNO | errno.EPERM
NONE, ASKS, STOPS, ANSWERS, TRACES, PASSES = seccomp.Part
ARCHITECTURES = {"x86_64": 0xC000_003E, "aarch64": 0xC000_00B7}


def answer(program: bytes, number: int, arguments: tuple[int, ...] = (), *, architecture: int) -> int:
    """Run the filter on one system call."""
    data = struct.pack("=iIQ6Q", number, architecture, 0, *(*arguments, 0, 0, 0, 0, 0, 0)[:6])
    instructions = list(struct.iter_unpack("=HBBI", program))
    accumulator = position = 0
    while True:
        code, yes, no, value = instructions[position]
        position += 1
        if code == 0x20:
            (accumulator,) = struct.unpack_from("=I", data, value)
        elif code == 0x54:
            accumulator &= value
        elif code in {0x15, 0x35}:
            position += yes if (accumulator == value if code == 0x15 else accumulator >= value) else no
        elif code == 0x05:
            position += value
        else:
            assert code == 0x06
            return int(value)


@pytest.fixture(params=sorted(TABLES))
def machine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def of(machine: str, name: str, *arguments: int, part: seccomp.Part = ASKS) -> int:
    program = seccomp.compile_filter(machine, part)
    return answer(program, TABLES[machine][name], arguments, architecture=ARCHITECTURES[machine])


@pytest.mark.parametrize(
    ("part", "to_the_recorded"),
    [(NONE, PERM), (ASKS, ASK), (STOPS, STOP), (ANSWERS, PERM), (TRACES, PERM), (PASSES, ALLOW)],
)
def test_every_call_has_the_answer_that_the_policy_gives(
    machine: str, part: seccomp.Part, to_the_recorded: int
) -> None:
    program = seccomp.compile_filter(machine, part)
    allowed = set(" ".join(POLICY["allow"].values()).split())
    recorded = set(" ".join(POLICY["record"].values()).split())
    refused = set(" ".join(POLICY["refuse"].values()).split())
    pretended = set(" ".join(POLICY["pretend"].values()).split())
    by_argument = {rule["call"] for rule in POLICY["arguments"]}
    groups = (allowed, recorded, refused, pretended, by_argument)
    assert len(set().union(*groups)) == sum(map(len, groups))
    answers = {
        **dict.fromkeys(allowed, ALLOW),
        **dict.fromkeys(recorded, to_the_recorded),
        **dict.fromkeys(refused, PERM),
        **dict.fromkeys(pretended, ERRNO),
    }
    if part in {ANSWERS, TRACES, PASSES}:
        answers |= dict.fromkeys(POLICY[part.value]["calls"].split(), ALLOW)
    if part in {ASKS, STOPS}:
        by_argument |= {*POLICY["addresses"], *(rule["call"] for rule in POLICY["pretended"])}
    for name, number in TABLES[machine].items():
        if name in by_argument:
            continue
        expected = answers.get(name, ERRNO | errno.ENOSYS)
        assert answer(program, number, architecture=ARCHITECTURES[machine]) == expected, name


def test_whatever_is_handed_over_is_known_to_who_answers_it(machine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "MACHINE", machine)
    known = seccomp.known_calls()
    for part, handed_over in ((ASKS, ASK), (STOPS, STOP)):
        program = seccomp.compile_filter(machine, part)
        for name, number in TABLES[machine].items():
            for arguments in ((0,) * 6, (0x1080_0000, 0x5412, 1, 1, 1, 1)):
                if answer(program, number, arguments, architecture=ARCHITECTURES[machine]) == handed_over:
                    assert known[number].name == name


def test_what_is_traced_makes_nothing_that_no_tracer_would_see(machine: str) -> None:
    for flags, expected in ((17, ALLOW), (0x003D_0F00, ALLOW), (0x0080_0011, STOP), (0x1000_0011, STOP)):
        assert of(machine, "clone", flags, part=STOPS) == expected
    assert of(machine, "clone", 0x0080_0011, part=ASKS) == ALLOW
    assert of(machine, "ptrace", part=TRACES) == ALLOW


@pytest.mark.parametrize(("part", "expected"), [(NONE, KILL), (ASKS, ASK), (STOPS, KILL), (ANSWERS, KILL)])
def test_another_architecture_gets_no_call(machine: str, part: seccomp.Part, expected: int) -> None:
    program = seccomp.compile_filter(machine, part)
    for architecture in (0x4000_0003, 0, *(set(ARCHITECTURES.values()) - {ARCHITECTURES[machine]})):
        assert answer(program, 0, architecture=architecture) == expected


@pytest.mark.parametrize(("part", "expected"), [(NONE, KILL), (ASKS, ASK), (ANSWERS, KILL)])
def test_x32_gets_no_call(part: seccomp.Part, expected: int) -> None:
    program = seccomp.compile_filter("x86_64", part)
    for number in (0x4000_0000, 0x4000_0000 + 39, 0xFFFF_FFFF - 2**32):
        assert answer(program, number, architecture=ARCHITECTURES["x86_64"]) == expected


def test_what_the_filter_of_a_session_asks_about_passes_the_one_before_it(machine: str) -> None:
    asks = seccomp.compile_filter(machine, ASKS, without_audit=True)
    passes = seccomp.compile_filter(machine, PASSES)
    for number in (*TABLES[machine].values(), 0x4000_0000 + 39):
        for arguments in ((0,) * 6, (0x1000_0000, 0x5412, 1, 1, 1, 1), (2, 0x541C, 0, 0, 0, 0)):
            for architecture in (0x4000_0003, ARCHITECTURES[machine]):
                if answer(asks, number, arguments, architecture=architecture) == ASK:
                    assert answer(passes, number, arguments, architecture=architecture) == ALLOW, number


def test_process_1_of_a_kernel_that_does_not_spare_it_is_sent_no_signal(machine: str) -> None:
    program = seccomp.compile_filter(machine, own_kernel=True)
    for name in ("kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_open"):
        number = TABLES[machine][name]
        for whom, expected in ((1, PERM), (2, ALLOW), (0, ALLOW), (2**64 - 1, ALLOW)):
            assert answer(program, number, (whom,), architecture=ARCHITECTURES[machine]) == expected, (name, whom)


def test_who_answers_asks_nobody(machine: str) -> None:
    program = seccomp.compile_filter(machine, ANSWERS)
    for number in TABLES[machine].values():
        for arguments in ((0,) * 6, (0x1000_0000, 0x5412, 1, 1, 1, 1)):
            assert answer(program, number, arguments, architecture=ARCHITECTURES[machine]) != ASK
    assert of(machine, "ptrace", part=ANSWERS) == ERRNO | errno.EPERM
    for request in (notification.RECEIVE, notification.SEND, notification.VALID, notification.ADD_DESCRIPTOR):
        assert of(machine, "ioctl", 0, request, part=ANSWERS) == ALLOW
        assert of(machine, "ioctl", 0, request) == ERRNO | errno.ENOTTY


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("socket", (1, 1), ALLOW),
        ("socket", (2, 1), ASK),
        ("socket", (40, 1), ASK),
        ("clone", (0x0120_0011,), ALLOW),
        ("clone", (0x003D_0F00,), ALLOW),
        ("clone", (0x1000_0011,), ASK),
        ("clone", (0x0002_0000,), ASK),
        ("futex", (0, 0x80), ALLOW),
        ("futex", (0, 0x80 | 6), ERRNO | errno.ENOSYS),
        ("futex", (0, 0x180 | 11), ERRNO | errno.ENOSYS),
        ("futex", (0, 0x100 | 9), ALLOW),
        ("mknodat", (3, 0x1000, 0o644), ALLOW),
        ("mknodat", (3, 0x1000, 0o10644), ALLOW),
        ("mknodat", (3, 0x1000, 0o20644), ASK),
        ("mknodat", (3, 0x1000, 0x1_0000_0000 | 0o60644), ASK),
        ("ioctl", (0, 0x5401), ALLOW),
        ("ioctl", (0, 0x5413), ALLOW),
        ("ioctl", (0, 0x5414), ERRNO | errno.ENOTTY),
        ("ioctl", (0, 0x5412), ASK),
        ("ioctl", (0, 0x1_0000_5412), ASK),
        ("fcntl", (0, 1), ALLOW),
        ("fcntl", (0, 1024), ERRNO | errno.EPERM),
        ("fcntl", (0, 1030), ALLOW),
        ("fcntl", (0, 1036), ERRNO | errno.EPERM),  # F_SET_RW_HINT, of the file that everybody has
        ("fcntl", (0, 1040), ERRNO | errno.EPERM),  # F_SETDELEG (Linux 6.19), a lease by another name
        ("inotify_add_watch", (3, 0x1000, 0x3C6), ALLOW),
        ("inotify_add_watch", (3, 0x1000, 0x1_0000_0020), ERRNO | errno.EPERM),
        ("fadvise64", (3, 0, 0, 3), ALLOW),
        ("fadvise64", (3, 0, 0, 4), ERRNO),
        ("mmap", (0, 4096, 3, 0x22), ALLOW),
        ("mmap", (0, 4096, 3, 0x5404_0022), ERRNO | errno.ENOMEM),
        ("memfd_create", (0x1000, 3), ALLOW),
        ("memfd_create", (0x1000, 7), ERRNO | errno.ENOSYS),
        ("shmget", (0, 4096, 0o1600), ALLOW),
        ("shmget", (0, 4096, 0o5600), ERRNO | errno.ENOMEM),
        ("madvise", (0, 4096, 4), ALLOW),
        ("madvise", (0, 4096, 12), ERRNO | errno.EINVAL),
        ("membarrier", (8, 0, 0), ALLOW),
        ("membarrier", (2, 0, 0), ERRNO | errno.EINVAL),
        ("prlimit64", (0, 4, 0, 0x1000), ALLOW),
        ("prlimit64", (0, 4, 0x1000, 0), ERRNO),
        ("prlimit64", (0, 4, 0x1_0000_0000, 0), ERRNO),
        ("prlimit64", (0, 7, 0x1000, 0), ALLOW),
        ("prlimit64", (1, 4, 0x1000, 0), ERRNO | errno.EPERM),
        ("setrlimit", (4, 0x1000), ERRNO),
        ("setrlimit", (7, 0x1000), ALLOW),
        ("personality", (0xFFFF_FFFF,), ALLOW),
        ("personality", (0x0040_0000,), ASK),
        ("prctl", (15,), ALLOW),
        ("prctl", (22,), ERRNO | errno.EINVAL),
        ("prctl", (0x53564D41,), ERRNO | errno.EINVAL),
        ("connect", (3, 0x1000, 16), ASK),
        ("sendto", (3, 0x1000, 1, 0, 0, 0), ALLOW),
        ("sendto", (3, 0x1000, 1, 0, 0x1000, 16), ASK),
        ("sendto", (3, 0x1000, 1, 0, 0x1_0000_0000, 16), ASK),
        ("setsockopt", (3, 1, 2), ALLOW),
        ("setsockopt", (3, 6, 1), ERRNO),
        ("setsockopt", (3, 6, 26), ERRNO),
        ("setsockopt", (3, 1, 26), ERRNO | errno.EPERM),
        ("setsockopt", (3, 1, 0x1_0000_0032), ERRNO | errno.EPERM),
    ],
)
def test_arguments_decide_where_the_policy_says_so(
    machine: str, name: str, arguments: tuple[int, ...], expected: int
) -> None:
    assert of(machine, name, *arguments) == expected


def test_the_filter_fits_the_kernels_bound() -> None:
    assert len(seccomp.compile_filter()) // 8 <= 4096


def test_a_call_that_the_table_does_not_have_does_not_exist(machine: str) -> None:
    program = seccomp.compile_filter(machine)
    for number in {*range(1024), 0x3FFF_FFFF} - set(TABLES[machine].values()):
        assert answer(program, number, architecture=ARCHITECTURES[machine]) == ERRNO | errno.ENOSYS


def test_no_call_is_compared_more_often_than_halving_takes(machine: str) -> None:
    instructions = list(struct.iter_unpack("=HBBI", seccomp.compile_filter(machine)))
    comparisons = sum(code == 0x35 for code, _, _, _ in instructions)

    def depth(position: int) -> int:
        code, yes, no, value = instructions[position]
        position += 1
        if code == 0x05:
            return depth(position + value)
        return 1 + max(depth(position + yes), depth(position + no)) if code == 0x35 else 0

    assert depth(6) <= comparisons.bit_length() + 1


def test_an_unknown_machine_is_refused() -> None:
    with pytest.raises(ValueError, match="no system call table for pdp11"):
        seccomp.compile_filter("pdp11")


def test_a_misspelt_call_in_the_policy_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seccomp, "read_policy", lambda: {**POLICY, "allow": {"x": "opne"}})
    with pytest.raises(ValueError, match="'opne', which is no system call"):
        seccomp.compile_filter()


def test_the_digest_names_the_filter() -> None:
    program = seccomp.compile_filter()
    assert seccomp.digest(program) == seccomp.digest(seccomp.compile_filter())
    assert seccomp.digest(program) != seccomp.digest(program[:-8])


def test_the_table_agrees_with_this_hosts_headers() -> None:
    header = Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h")
    if kernel.MACHINE != "x86_64" or not header.exists():
        pytest.skip("only x86_64 hosts with kernel headers can compare")
    theirs = {m[1]: int(m[2]) for m in re.finditer(r"#define __NR_(\w+)\s+(\d+)", header.read_text())}
    assert {name: TABLES["x86_64"].get(name) for name in theirs} == theirs
