"""The policy as container runtimes read it says what the filter says."""

import errno
import json
import tomllib
from importlib import resources
from typing import Any

import pytest

from crucible.sandbox import seccomp_profile

PACKAGE = resources.files("crucible.sandbox")
POLICY = tomllib.loads((PACKAGE / "seccomp.toml").read_text())


@pytest.fixture(params=["x86_64", "aarch64"])
def machine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def rules(machine: str, call: str) -> list[dict[str, Any]]:
    return [rule for rule in seccomp_profile.profile(machine)["syscalls"] if call in rule["names"]]


def test_what_is_not_listed_does_not_exist(machine: str) -> None:
    profile = seccomp_profile.profile(machine)
    assert (profile["defaultAction"], profile["defaultErrnoRet"]) == ("SCMP_ACT_ERRNO", errno.ENOSYS)
    assert rules(machine, "clone3") == []


def test_every_refused_call_is_refused_and_no_other_rule_allows_it(machine: str) -> None:
    known = json.loads((PACKAGE / "syscalls.json").read_text())[machine]
    for call in " ".join([*POLICY["record"].values(), *POLICY["refuse"].values()]).split():
        if call in known:
            assert [rule["action"] for rule in rules(machine, call)] == ["SCMP_ACT_ERRNO"], call


def test_a_call_that_depends_on_an_argument_is_allowed_for_no_other(machine: str) -> None:
    for policy in POLICY["arguments"]:
        found = rules(machine, policy["call"])
        assert all(rule["action"] == "SCMP_ACT_ALLOW" and len(rule["args"]) == 1 for rule in found)
        values = {rule["args"][0]["valueTwo"] for rule in found}
        if "only" in policy:
            assert values == {*policy["only"], *POLICY["process_1"].get(policy["call"], [])}
        else:
            assert values
            assert not values & set(policy["except"])
        assert all(rule["args"][0]["value"] == policy["mask"] for rule in found)


def test_it_is_what_json_can_hold(machine: str) -> None:
    assert json.loads(json.dumps(seccomp_profile.profile(machine))) == seccomp_profile.profile(machine)


def test_a_machine_without_a_table_is_named() -> None:
    with pytest.raises(ValueError, match="riscv64"):
        seccomp_profile.profile("riscv64")
