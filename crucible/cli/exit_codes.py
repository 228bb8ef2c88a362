"""How `crucible run` and `crucible sandbox run` exit: as the program did, or with a code that says why not.

A program's own exit code is passed on; 128 plus the signal's number stands for a signal, as in a shell. The rest
are codes that `timeout` (124), `docker run` (125) and shells have taught people to expect, and two beside them.
"""

import signal

from crucible.domain.outcome import Outcome

INTERRUPTED = 128 + signal.SIGINT
UNREAD = 128 + signal.SIGPIPE
"""Nobody reads our own output any more: `crucible run program | head`."""

NOT_RUN = 125
"""What `docker run` has taught: the trouble is ours, whatever the program would have done."""

CODES: dict[Outcome, int] = {
    Outcome.SUCCEEDED: 0,
    Outcome.TIMED_OUT: 124,
    Outcome.CPU_EXCEEDED: 124,
    Outcome.SANDBOX_ERROR: NOT_RUN,
    Outcome.OUTPUT_EXCEEDED: 122,
    Outcome.DISK_EXCEEDED: 123,
    Outcome.MEMORY_EXCEEDED: 128 + signal.SIGKILL,
    Outcome.CANCELLED: INTERRUPTED,
}


def exit_code(outcome: Outcome, code: int | None, signal_name: str | None) -> int:
    """Return what to exit with for an evaluation that ended so."""
    if outcome in CODES:
        return CODES[outcome]
    if signal_name is not None:
        known = signal.Signals.__members__.get(signal_name)
        return 128 + (known if known is not None else int(signal_name.removeprefix("SIG")))
    return code if code is not None else 1
