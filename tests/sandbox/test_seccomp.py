"""The policy as data and the filter as bytes, read back by an interpreter of the kernel's own small machine."""

import errno
import json
import re
import struct
import tomllib
from importlib import resources
from pathlib import Path

import pytest

from crucible.sandbox import kernel, seccomp

FILES = resources.files("crucible.sandbox")
POLICY = tomllib.loads((FILES / "seccomp.toml").read_text())
TABLES = json.loads((FILES / "syscalls.json").read_text())
ALLOW, KILL, ERRNO = 0x7FFF_0000, 0x8000_0000, 0x0005_0000
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


def of(machine: str, name: str, *arguments: int) -> int:
    program = seccomp.compile_filter(machine)
    return answer(program, TABLES[machine][name], arguments, architecture=ARCHITECTURES[machine])


def test_every_call_has_the_answer_that_the_policy_gives(machine: str) -> None:
    program = seccomp.compile_filter(machine)
    allowed = set(" ".join(POLICY["allow"].values()).split())
    refused = set(" ".join(POLICY["refuse"].values()).split())
    by_argument = {rule["call"] for rule in POLICY["arguments"]}
    assert not allowed & refused
    assert not by_argument & (allowed | refused)
    for name, number in TABLES[machine].items():
        if name in by_argument:
            continue
        expected = ALLOW if name in allowed else ERRNO | (errno.EPERM if name in refused else errno.ENOSYS)
        assert answer(program, number, architecture=ARCHITECTURES[machine]) == expected, name


def test_another_architecture_is_killed(machine: str) -> None:
    program = seccomp.compile_filter(machine)
    for architecture in (0x4000_0003, 0, *(set(ARCHITECTURES.values()) - {ARCHITECTURES[machine]})):
        assert answer(program, 0, architecture=architecture) == KILL


def test_x32_is_killed() -> None:
    program = seccomp.compile_filter("x86_64")
    for number in (0x4000_0000, 0x4000_0000 + 39, 0xFFFF_FFFF - 2**32):
        assert answer(program, number, architecture=ARCHITECTURES["x86_64"]) == KILL


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("socket", (1, 1), ALLOW),
        ("socket", (2, 1), ERRNO | errno.EACCES),
        ("socket", (40, 1), ERRNO | errno.EACCES),
        ("clone", (0x0120_0011,), ALLOW),
        ("clone", (0x003D_0F00,), ALLOW),
        ("clone", (0x1000_0011,), ERRNO | errno.EPERM),
        ("clone", (0x0002_0000,), ERRNO | errno.EPERM),
        ("futex", (0, 0x80), ALLOW),
        ("futex", (0, 0x80 | 6), ERRNO | errno.ENOSYS),
        ("futex", (0, 0x180 | 11), ERRNO | errno.ENOSYS),
        ("futex", (0, 0x100 | 9), ALLOW),
        ("ioctl", (0, 0x5401), ALLOW),
        ("ioctl", (0, 0x5412), ERRNO | errno.ENOTTY),
        ("ioctl", (0, 0x1_0000_5412), ERRNO | errno.ENOTTY),
        ("fcntl", (0, 1), ALLOW),
        ("fcntl", (0, 1024), ERRNO | errno.EPERM),
        ("personality", (0xFFFF_FFFF,), ALLOW),
        ("personality", (0x0040_0000,), ERRNO | errno.EPERM),
        ("prctl", (15,), ALLOW),
        ("prctl", (22,), ERRNO | errno.EINVAL),
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
    monkeypatch.setattr(seccomp.tomllib, "loads", lambda _: {**POLICY, "allow": {"x": "opne"}})
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
