"""From what the kernel and process 1 said to an outcome. The first cause that explains the end wins."""

import signal
from dataclasses import dataclass

from crucible.domain.limits import MIB, Limits
from crucible.domain.outcome import Outcome
from crucible.sandbox.cgroup import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What process 1 said of the end."""

    step: str
    code: int | None
    signal: int | None
    stopped: bool
    ending: bool
    foreign_call: str | None
    wall_seconds: float
    disk_full: bool
    files_truncated: bool

    @property
    def failed(self) -> bool:
        """Whether the last step ended in any way but exit code 0."""
        return self.signal is not None or self.code != 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """How it ended, in the domain's words."""

    outcome: Outcome
    exit_code: int | None = None
    signal: str | None = None
    error: str | None = None


def decide(
    stopped_for: Outcome | None, report: Report | None, reading: Reading, limits: Limits, broken: str | None
) -> Verdict:
    """Return the verdict on a sandbox of which nothing is left.

    `stopped_for` is why the executor ended it, if it did; `broken` what could not be put in place, if anything.
    """
    if broken is not None:
        return Verdict(Outcome.SANDBOX_ERROR, error=broken)
    limit = _limit_reached(stopped_for, report, reading)
    if report is None or report.stopped:
        if limit is None:
            return Verdict(Outcome.SANDBOX_ERROR, error="the sandbox's process 1 ended without a report")
        return Verdict(limit, signal="SIGKILL", error=_explain(limit, limits))
    outcome = limit or _by_status(report)
    explanation = _explain(outcome, limits)
    if outcome is Outcome.KILLED_BY_SIGNAL and report.foreign_call and report.signal == signal.SIGKILL:
        explanation = f"it made a system call as {report.foreign_call} programs do, and was ended for it"
    return Verdict(outcome, report.code, signal_name(report.signal), explanation)


def _limit_reached(stopped_for: Outcome | None, report: Report | None, reading: Reading) -> Outcome | None:
    """Return what ended the program other than itself, or None."""
    ended_by_itself = report is not None and not report.stopped
    if reading.out_of_memory_kills and stopped_for in {None, Outcome.MEMORY_EXCEEDED}:
        return Outcome.MEMORY_EXCEEDED
    if stopped_for is Outcome.OUTPUT_EXCEEDED or (stopped_for is not None and not ended_by_itself):
        return stopped_for
    if report is not None and report.failed and (report.signal == signal.SIGXFSZ or report.disk_full):
        return Outcome.DISK_EXCEEDED
    return None


def _by_status(report: Report) -> Outcome:
    if not report.failed:
        return Outcome.SUCCEEDED
    if report.step == "compile":
        return Outcome.COMPILE_ERROR
    return Outcome.NONZERO_EXIT if report.signal is None else Outcome.KILLED_BY_SIGNAL


def signal_name(number: int | None) -> str | None:
    """Return what a signal is called; None where there was none."""
    if number is None:
        return None
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"SIG{number}"  # the real-time ones between SIGRTMIN and SIGRTMAX have no names of their own


def _mebibytes(number: int) -> str:
    return f"{number / MIB:g} MiB"


def _explain(outcome: Outcome, limits: Limits) -> str | None:
    return {
        Outcome.TIMED_OUT: f"it ran for longer than limits.wall_seconds, {limits.wall_seconds:g}",
        Outcome.CPU_EXCEEDED: f"it used more than limits.cpu_seconds, {limits.cpu_seconds or 0:g}",
        Outcome.MEMORY_EXCEEDED: f"it needed more than limits.memory_bytes, {_mebibytes(limits.memory_bytes)}",
        Outcome.DISK_EXCEEDED: f"it wrote more than limits.disk_bytes, {_mebibytes(limits.disk_bytes)}, "
        "or too many files",
        Outcome.OUTPUT_EXCEEDED: f"it printed more than limits.output_bytes, {limits.output_bytes}",
    }.get(outcome)
