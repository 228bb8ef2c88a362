"""What systemd is told starts what there is, and gives nobody what is not its to have."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from crucible.settings import Settings

DEPLOY = Path(__file__).resolve().parent.parent / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
EXECUTOR = DEPLOY / "systemd" / "crucible-executor.service"
RUNS_SANDBOXES = (EXECUTOR, DEPLOY / "systemd" / "crucible.service")
FILTERS = (
    *("SystemCallFilter", "SystemCallArchitectures", "RestrictAddressFamilies", "RestrictNamespaces"),
    *("RestrictRealtime", "RestrictSUIDSGID", "LockPersonality", "MemoryDenyWriteExecute"),
)
OVER_PROC = ("ProtectKernelTunables", "ProtectKernelLogs", "ProtectProc", "ProcSubset")


def directives(unit: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in unit.read_text().splitlines():
        if match := re.match(r"(\w+)=(.*)", line):
            found.setdefault(match[1], []).append(match[2])
    return found


@pytest.mark.parametrize("unit", UNITS, ids=[unit.stem for unit in UNITS])
def test_each_unit_starts_a_command_with_options_that_it_has(unit: Path) -> None:
    (started,) = directives(unit)["ExecStart"]
    program, command, *words = started.split()
    assert program == "/opt/crucible/bin/crucible"
    asked = [sys.executable, "-m", "crucible", command, "--help"]
    shown = subprocess.run(asked, capture_output=True, text=True, check=True, env={**os.environ, "COLUMNS": "200"})
    for option in (word for word in words if word.startswith("--")):
        assert re.search(rf"{option}\b", shown.stdout), option


def test_each_setting_that_is_given_is_one() -> None:
    named = re.findall(r"CRUCIBLE_(\w+)=", "".join(path.read_text() for path in (DEPLOY / "systemd").iterdir()))
    assert "DATABASE_URL" in named
    assert {name.lower() for name in named} <= Settings.model_fields.keys()


def test_the_executor_is_given_no_credential_no_network_and_an_account_of_its_own() -> None:
    told = directives(EXECUTOR)
    assert "EnvironmentFile" not in told
    assert "Environment" not in told
    assert told["PrivateNetwork"] == ["yes"]
    accounts = {unit: directives(unit)["User"] for unit in UNITS}
    assert [unit for unit, account in accounts.items() if account == accounts[EXECUTOR]] == [EXECUTOR]


@pytest.mark.parametrize("unit", RUNS_SANDBOXES, ids=[unit.stem for unit in RUNS_SANDBOXES])
def test_whoever_makes_sandboxes_may_and_is_not_filtered_so_that_attempts_are_recorded(unit: Path) -> None:
    told = directives(unit)
    assert told["Delegate"] == ["yes"]
    assert told["OOMPolicy"] == ["continue"]
    assert not told.keys() & {*FILTERS, *OVER_PROC, "NoNewPrivileges", "ProtectControlGroups"}


def test_whoever_holds_credentials_beside_an_executor_has_no_way_to_the_kernel() -> None:
    for unit in UNITS:
        if unit not in RUNS_SANDBOXES:
            told = directives(unit)
            assert told["NoNewPrivileges"] == ["yes"]
            assert told["CapabilityBoundingSet"] == [""]
            assert told.keys() >= {*FILTERS[:-1], "ProtectKernelTunables", "ProtectControlGroups"}
