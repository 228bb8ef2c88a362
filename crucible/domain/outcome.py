"""How an evaluation ended, and whose doing that was."""

from enum import StrEnum

from crucible.domain.status import Status


class Fault(StrEnum):
    """Whose doing an outcome is."""

    NOBODY = "nobody"
    PROGRAM = "program"
    LIMIT = "limit"
    USER = "user"
    CRUCIBLE = "crucible"


class Outcome(StrEnum):
    """How an evaluation ended. Exactly one applies; the first that explains the end wins."""

    SUCCEEDED = "succeeded"
    NONZERO_EXIT = "nonzero_exit"
    KILLED_BY_SIGNAL = "killed_by_signal"
    COMPILE_ERROR = "compile_error"
    TIMED_OUT = "timed_out"
    CPU_EXCEEDED = "cpu_exceeded"
    MEMORY_EXCEEDED = "memory_exceeded"
    DISK_EXCEEDED = "disk_exceeded"
    OUTPUT_EXCEEDED = "output_exceeded"
    CANCELLED = "cancelled"
    SANDBOX_ERROR = "sandbox_error"

    @property
    def fault(self) -> Fault:
        """Whose doing this end is."""
        return _FAULTS[self]

    @property
    def status(self) -> Status:
        """The final status that this outcome implies."""
        return {Fault.USER: Status.CANCELLED, Fault.CRUCIBLE: Status.FAILED}.get(self.fault, Status.COMPLETED)


_FAULTS: dict[Outcome, Fault] = {
    Outcome.SUCCEEDED: Fault.NOBODY,
    Outcome.NONZERO_EXIT: Fault.PROGRAM,
    Outcome.KILLED_BY_SIGNAL: Fault.PROGRAM,
    Outcome.COMPILE_ERROR: Fault.PROGRAM,
    Outcome.TIMED_OUT: Fault.LIMIT,
    Outcome.CPU_EXCEEDED: Fault.LIMIT,
    Outcome.MEMORY_EXCEEDED: Fault.LIMIT,
    Outcome.DISK_EXCEEDED: Fault.LIMIT,
    Outcome.OUTPUT_EXCEEDED: Fault.LIMIT,
    Outcome.CANCELLED: Fault.USER,
    Outcome.SANDBOX_ERROR: Fault.CRUCIBLE,
}
