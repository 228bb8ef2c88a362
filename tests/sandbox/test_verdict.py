"""Which cause wins, for every combination that can occur."""

import pytest

from crucible.domain.limits import Limits
from crucible.domain.outcome import Outcome
from crucible.sandbox.cgroup import Reading
from crucible.sandbox.verdict import Report, decide

CALM = Reading(cpu_seconds=0, memory_bytes=0, peak_memory_bytes=0, processes=0, out_of_memory_kills=0)
OUT_OF_MEMORY = Reading(cpu_seconds=0, memory_bytes=0, peak_memory_bytes=0, processes=0, out_of_memory_kills=1)


def report(**changes: object) -> Report:
    usual = {
        "step": "run",
        "code": 0,
        "signal": None,
        "stopped": False,
        "ending": False,
        "foreign_call": None,
        "wall_seconds": 1.0,
        "disk_full": False,
        "files_truncated": False,
    }
    return Report(**(usual | changes))  # type: ignore[arg-type]


CRASHED = report(code=None, signal=11)
STOPPED = report(code=None, signal=9, stopped=True)


@pytest.mark.parametrize(
    ("stopped_for", "ended", "reading", "outcome"),
    [
        (None, report(), CALM, Outcome.SUCCEEDED),
        (None, report(code=3), CALM, Outcome.NONZERO_EXIT),
        (None, CRASHED, CALM, Outcome.KILLED_BY_SIGNAL),
        (None, report(step="compile", code=1), CALM, Outcome.COMPILE_ERROR),
        (None, report(step="compile", code=None, signal=11), CALM, Outcome.COMPILE_ERROR),
        (None, report(code=1, disk_full=True), CALM, Outcome.DISK_EXCEEDED),
        (None, report(code=0, disk_full=True), CALM, Outcome.SUCCEEDED),
        (None, report(code=None, signal=25), CALM, Outcome.DISK_EXCEEDED),
        (None, report(code=None, signal=9), OUT_OF_MEMORY, Outcome.MEMORY_EXCEEDED),
        (None, report(code=0), OUT_OF_MEMORY, Outcome.MEMORY_EXCEEDED),
        (None, None, OUT_OF_MEMORY, Outcome.MEMORY_EXCEEDED),
        (None, None, CALM, Outcome.SANDBOX_ERROR),
        (Outcome.TIMED_OUT, STOPPED, CALM, Outcome.TIMED_OUT),
        (Outcome.TIMED_OUT, None, CALM, Outcome.TIMED_OUT),
        (Outcome.TIMED_OUT, STOPPED, OUT_OF_MEMORY, Outcome.TIMED_OUT),
        (Outcome.TIMED_OUT, report(), CALM, Outcome.SUCCEEDED),
        (Outcome.CANCELLED, report(code=2), CALM, Outcome.NONZERO_EXIT),
        (Outcome.OUTPUT_EXCEEDED, report(), CALM, Outcome.OUTPUT_EXCEEDED),
        (Outcome.OUTPUT_EXCEEDED, STOPPED, CALM, Outcome.OUTPUT_EXCEEDED),
        (Outcome.CPU_EXCEEDED, STOPPED, CALM, Outcome.CPU_EXCEEDED),
        (Outcome.MEMORY_EXCEEDED, STOPPED, OUT_OF_MEMORY, Outcome.MEMORY_EXCEEDED),
    ],
)
def test_the_first_cause_that_explains_the_end_wins(
    stopped_for: Outcome | None, ended: Report | None, reading: Reading, outcome: Outcome
) -> None:
    assert decide(stopped_for, ended, reading, Limits(), None).outcome is outcome


def test_a_layer_that_is_missing_is_never_the_programs_fault() -> None:
    verdict = decide(Outcome.TIMED_OUT, report(code=1), OUT_OF_MEMORY, Limits(), "mount: no")
    assert (verdict.outcome, verdict.error, verdict.exit_code) == (Outcome.SANDBOX_ERROR, "mount: no", None)


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome.fault == "limit"])
def test_every_limit_is_explained_by_its_name(outcome: Outcome) -> None:
    verdict = decide(outcome, STOPPED, OUT_OF_MEMORY if outcome == "memory_exceeded" else CALM, Limits(), None)
    assert "limits." in (verdict.error or "")
    assert verdict.signal == "SIGKILL"
