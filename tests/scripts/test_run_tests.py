"""Whatever a tier's tests do, the run of all of them ends, and says what it saw."""

import os
import select
import signal
from pathlib import Path

import pytest
import run_tests
from tiers import Folders, Tier, tiers

ROOT = Path(__file__).resolve().parents[2]


def ends(number: int) -> bool:
    """Tell whether a process is dead, or is within a moment."""
    try:
        process = os.pidfd_open(number)
    except ProcessLookupError:
        return True
    ready, _, _ = select.select([process], [], [], 10)
    os.close(process)
    return bool(ready)


async def run(script: str, running: set[int] | None = None) -> run_tests.Result:
    tier = Tier("shell", "shell", Path(), [script], lambda chosen: ["sh", "-c", *chosen])
    return await run_tests.run_tier(tier, tier.tests, "shell | ", set() if running is None else running)


async def test_what_a_tier_prints_is_shown_with_its_name_and_complaints_are_kept(
    capsys: pytest.CaptureFixture[str],
):
    running: set[int] = set()
    result = await run("echo FAILED tests/test_it.py::test_a - because >&2; printf '\\377'; exit 3", running)
    assert (result.code, running) == (3, set())
    assert result.complaints == {"tests/test_it.py::test_a": "FAILED tests/test_it.py::test_a - because"}
    assert capsys.readouterr().out == "shell | FAILED tests/test_it.py::test_a - because\nshell | \ufffd\n"


async def test_a_tier_that_hangs_is_killed_with_all_that_it_started(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(run_tests, "LONGEST_SECONDS", 0.5)
    result = await run("sleep 1000 & echo $!; wait")
    said = capsys.readouterr().out
    assert result.code == -signal.SIGKILL
    assert "shell | killed, as it has not ended after 0.5 s" in said
    assert ends(int(said.split()[2]))


async def test_a_tier_ends_when_its_command_does_whoever_holds_its_output(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(run_tests, "LAST_WORDS_SECONDS", 0.5)
    result = await run("sleep 1000 & echo $!")
    said = capsys.readouterr().out
    assert result.code == 0
    assert "shell | something that it started still holds its output" in said
    os.kill(int(said.split()[2]), signal.SIGKILL)


async def test_whoever_may_begins_in_order_and_who_may_not_waits_for_its_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(run_tests, "BESIDE_EACH_OTHER", 2)
    monkeypatch.setattr(run_tests, "LONGEST_SECONDS", 30)
    monkeypatch.setattr(run_tests, "orphans", lambda besides: besides)
    apart = {"first": "it", "not beside the first": "it", "beside it": "all"}
    scripts = {
        "first": f"until test -e {tmp_path}/beside; do sleep 0.05; done; touch {tmp_path}/ended",
        "not beside the first": f"test -e {tmp_path}/ended",
        "beside it": f"touch {tmp_path}/beside",
    }
    chosen = [
        Tier(name, apart[name], Path(), [script], lambda chosen: ["sh", "-c", *chosen])
        for name, script in scripts.items()
    ]
    results = await run_tests.run_tiers(chosen)
    assert {name: result.code for name, result in results.items()} == dict.fromkeys(scripts, 0)


def test_each_path_that_a_tier_runs_or_leaves_out_is_there(tmp_path: Path):
    """pytest says nothing of one that it is to leave out and that moved: it is then run."""
    words = [
        word.removeprefix("--ignore=") for tier in tiers(Folders(tmp_path, tmp_path), ()) for word in tier.tests
    ]
    assert [word for word in words if word.startswith("tests") and not (ROOT / word).exists()] == []
