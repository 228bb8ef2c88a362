"""The policy as container runtimes read it says what the filter says."""

import errno
import json
from typing import Any

import pytest

from crucible.sandbox import seccomp, seccomp_profile

POLICY = seccomp.read_policy()


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
    known = seccomp.system_calls()[machine]
    for call in " ".join(POLICY["refuse"].values()).split():
        if call in known and call not in POLICY["process_1"]["calls"].split():
            assert [rule["action"] for rule in rules(machine, call)] == ["SCMP_ACT_ERRNO"], call


def test_every_recorded_call_passes_to_the_filter_that_asks(machine: str) -> None:
    known = seccomp.system_calls()[machine]
    whole = [rule["call"] for rule in POLICY["arguments"] if rule.get("record") is True]
    for call in [*" ".join(POLICY["record"].values()).split(), *whole]:
        if call in known:
            assert [(one["action"], "args" in one) for one in rules(machine, call)] == [("SCMP_ACT_ALLOW", False)]


def test_a_call_that_depends_on_an_argument_is_allowed_for_no_other(machine: str) -> None:
    for policy in POLICY["arguments"]:
        if (recorded := policy.get("record", [])) is True:
            continue
        found = rules(machine, policy["call"])
        assert all(rule["action"] == "SCMP_ACT_ALLOW" and len(rule["args"]) == 1 for rule in found)
        values = {rule["args"][0]["valueTwo"] for rule in found}
        if "only" in policy:
            assert values == {*policy["only"], *recorded, *POLICY["process_1"].get(policy["call"], [])}
        else:
            assert values
            assert not values & set(policy["except"])
        assert all(rule["args"][0]["value"] == policy["mask"] for rule in found)


def test_it_is_what_json_can_hold(machine: str) -> None:
    assert json.loads(json.dumps(seccomp_profile.profile(machine))) == seccomp_profile.profile(machine)


def test_a_machine_without_a_table_is_named() -> None:
    with pytest.raises(ValueError, match="riscv64"):
        seccomp_profile.profile("riscv64")
