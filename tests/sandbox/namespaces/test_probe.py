"""What `crucible doctor` finds, here and on hosts that lack something."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from crucible.sandbox import apparmor, cgroup, kernel, landlock, seccomp
from crucible.sandbox.namespaces import probe


def found(subject: str) -> probe.Finding:
    return next(finding for finding in probe.examine() if finding.subject == subject)


def test_this_host_has_all_that_is_required() -> None:
    assert [finding for finding in probe.examine() if finding.required and not finding.works] == []


def test_an_old_kernel_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe.platform, "release", lambda: "4.19.0-generic")
    assert not found("kernel").works
    assert "older than 5.12" in found("kernel").detail


def test_an_unknown_machine_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> bytes:
        raise ValueError("there is no system call table for pdp11")

    monkeypatch.setattr(seccomp, "compile_filter", refuse)
    assert "pdp11" in found("system calls").detail


def test_somebody_else_who_answers_system_calls_is_in_the_way() -> None:
    examine = """
from crucible.sandbox import call_filter, kernel, notification
from crucible.sandbox.namespaces import probe
kernel.prctl(kernel.Prctl.SET_NO_NEW_PRIVS, 1)
listener = notification.install(call_filter.ALLOW_ALL)
(one,) = [one for one in probe.examine() if one.subject == "attempts"]
print(one.works, one.detail, one.remedy)
"""
    found = subprocess.run([sys.executable, "-c", examine], capture_output=True, text=True, check=True)
    assert found.stdout.startswith("False ")
    assert "Device or resource busy" in found.stdout
    assert "outside of the container" in found.stdout


def test_what_breaks_while_it_is_looked_at_does_not_work(monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(_: bytes) -> int:
        raise KeyError("riscv64")

    monkeypatch.setattr(probe.notification, "install", break_down)
    assert not found("attempts").works
    assert found("attempts").detail == "KeyError: 'riscv64'"


@pytest.mark.parametrize(
    ("restricted", "settings", "remedy"),
    [
        ("1", {}, "apparmor_restrict_unprivileged_userns=0"),
        ("0", {"/proc/sys/user/max_user_namespaces": "0"}, "max_user_namespaces=65536"),
        ("0", {"/proc/sys/kernel/unprivileged_userns_clone": "0"}, "unprivileged_userns_clone=1"),
        ("0", {}, "docker run --privileged"),
    ],
)
def test_refused_namespaces_come_with_the_command_that_mends_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, restricted: str, settings: dict[str, str], remedy: str
) -> None:
    def refuse(_: int) -> None:
        raise kernel.KernelError(1, "unshare: Operation not permitted")

    (tmp_path / "setting").write_text(restricted)
    monkeypatch.setattr(apparmor, "SETTING", str(tmp_path / "setting"))
    monkeypatch.setattr(kernel, "unshare", refuse)
    monkeypatch.setattr(probe, "_text", lambda path: settings.get(path, ""))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    finding = found("namespaces")
    assert not finding.works
    assert remedy in (finding.remedy or "")


def test_missing_limits_come_with_the_command_that_mends_them(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> cgroup.Cgroups:
        raise cgroup.CgroupsUnavailableError("no cgroup can be made; start it so")

    monkeypatch.setattr(cgroup, "find", refuse)
    finding = found("limits")
    assert (finding.works, finding.detail, finding.remedy) == (False, "no cgroup can be made", "start it so")


def test_a_kernel_without_landlock_is_weaker_but_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landlock, "abi", lambda: 0)
    finding = found("landlock")
    assert (finding.works, finding.required) == (False, False)


def test_an_ordinary_user_is_told_what_is_weaker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert "under your own uid" in found("identity").detail
