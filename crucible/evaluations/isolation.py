"""Whether what a submission asks of isolation can be had here. What can't is refused before it is queued.

It is judged by what executors said of their engines. Where none has said anything yet, the submission is taken:
its run ends as `sandbox_error` with the same words if they turn out to be true.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence

from crucible.domain.errors import FieldError
from crucible.domain.evaluation import Submission
from crucible.domain.sandbox import AUTO_ENGINE, DriverReport, Isolation

AskEngines = Callable[[], Awaitable[Sequence[DriverReport]]]
"""What tells every engine that some executor has, and what it gives; empty while none has told."""


def asks_for_isolation(submission: Submission) -> bool:
    """Tell whether a submission wants anything but what every program gets."""
    return submission.engine is not None or submission.minimum_isolation is not Isolation.SHARED_KERNEL


def unmet(submission: Submission, engines: Sequence[DriverReport], where: str) -> FieldError | None:
    """Return the field that asks for what no engine gives, and why; None where it can be had or nothing is known.

    `where` stands before the field's name.
    """
    if not engines or not asks_for_isolation(submission):
        return None
    named = [engine for engine in engines if submission.engine in {engine.engine, AUTO_ENGINE, None}]
    if not named:
        known = ", ".join([AUTO_ENGINE, *(engine.engine for engine in engines)])
        return FieldError(
            f"{where}engine", f"{submission.engine!r} is not an engine of this server; there are: {known}"
        )
    strong = [engine for engine in named if engine.isolation.satisfies(submission.minimum_isolation)]
    if not strong:
        return FieldError(
            f"{where}minimum_isolation",
            f"must be what the engine gives, is {submission.minimum_isolation}; there are: {_offered(named)}",
        )
    if not any(engine.available for engine in strong):
        field = "engine" if len(named) == 1 and submission.engine == named[0].engine else "minimum_isolation"
        reasons = "; ".join(f"{engine.engine} does not: {engine.missing.get('engine')}" for engine in strong)
        return FieldError(f"{where}{field}", f"must be what works on this server; {reasons}")
    return None


def _offered(engines: Iterable[DriverReport]) -> str:
    return ", ".join(f"{engine.engine} ({engine.isolation})" for engine in engines)
