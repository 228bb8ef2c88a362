"""Every system call that the policy refuses is refused, tried raw, by its number: one claim a call."""

import pytest

from crucible.domain.sandbox import Isolation
from crucible.sandbox import kernel, seccomp
from tests.sandbox.fixtures import Sandboxes

POLICY = seccomp.read_policy()
NUMBERS = seccomp.system_calls()[kernel.MACHINE]
ALLOWED = {name for part in ("allow", "pretend") for group in POLICY[part].values() for name in group.split()} | {
    rule["call"] for rule in POLICY["arguments"]
}
NAMED = {name for part in ("record", "refuse") for group in POLICY[part].values() for name in group.split()}
REFUSED = sorted(NAMED & set(NUMBERS))
UNKNOWN = sorted(set(NUMBERS) - NAMED - ALLOWED - set(POLICY["addresses"]))

MUST_BE_REFUSED = frozenset(
    """
    io_uring_setup io_uring_enter io_uring_register userfaultfd bpf perf_event_open keyctl add_key request_key ptrace
    process_vm_readv process_vm_writev pidfd_getfd kcmp mount umount2 move_mount open_tree fsopen fsconfig fsmount fspick
    mount_setattr pivot_root chroot setns unshare open_by_handle_at init_module finit_module delete_module kexec_load
    kexec_file_load reboot swapon swapoff quotactl syslog vmsplice tee acct clock_settime settimeofday adjtimex
    sethostname setdomainname fanotify_init modify_ldt iopl ioperm seccomp
    """.split()  # noqa: SIM905 - a list of fifty names reads better so
)
"""What no change of the policy may let through: about four of five published escapes from containers need one."""
MUST_NOT_EXIST = frozenset(("clone3", "memfd_secret", "landlock_create_ruleset", "io_setup", "futex_requeue"))

PROGRAM = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
for name, number in {calls}.items():
    ctypes.set_errno(0)
    print(name, libc.syscall(number, 0, 0, 0, 0, 0, 0), ctypes.get_errno())
"""

_answers: dict[tuple[str, bool], dict[str, tuple[int, int]]] = {}


async def answers(sandboxes: Sandboxes, *, unknown: bool) -> dict[str, tuple[int, int]]:
    """Return what each call answered, by name: result and errno. One program tries them all."""
    key = (sandboxes.driver.report().engine, unknown)
    if key not in _answers:
        calls = {name: NUMBERS[name] for name in (UNKNOWN if unknown else REFUSED)}
        ran = await sandboxes.run(PROGRAM.format(calls=calls))
        lines = [line.split() for line in ran.text.splitlines()]
        _answers[key] = {name: (int(result), int(error)) for name, result, error in lines}
    return _answers[key]


def _refusals(sandboxes: Sandboxes) -> set[int]:
    """Return the errnos that are a refusal: in a kernel of its own, how it says so is that kernel's affair.

    A container's runtime has a filter as well, for which a call that is newer than itself is not there.
    """
    report = sandboxes.driver.report()
    if report.isolation is not Isolation.SHARED_KERNEL:
        return {1, 2, 9, 14, 19, 22, 38, 95}
    return {1} if report.engine == "namespaces" else {1, 38}


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("name", REFUSED)
async def test_a_call_is_refused(sandboxes: Sandboxes, name: str) -> None:
    result, error = (await answers(sandboxes, unknown=False))[name]
    if sandboxes.driver.report().isolation is Isolation.SHARED_KERNEL or result != 0:
        assert (result, error in _refusals(sandboxes)) == (-1, True), error


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("name", UNKNOWN)
async def test_a_call_that_the_policy_does_not_name_is_not_there(sandboxes: Sandboxes, name: str) -> None:
    result, error = (await answers(sandboxes, unknown=True))[name]
    if sandboxes.driver.report().isolation is Isolation.SHARED_KERNEL:
        assert (result, error) == (-1, 38)


def test_the_policy_refuses_what_escapes_need() -> None:
    assert set(REFUSED) >= MUST_BE_REFUSED & set(NUMBERS)
    assert set(UNKNOWN) >= MUST_NOT_EXIST & set(NUMBERS)
