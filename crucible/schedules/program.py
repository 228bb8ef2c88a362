"""Whether a schedule's program could run now, and by which runtime: asked before one is made, or made another."""

from collections.abc import Sequence

from crucible.domain.errors import InvalidRequestError
from crucible.domain.sandbox import DriverReport, RuntimeReport
from crucible.domain.schedule import ScheduleRequest
from crucible.evaluations.submit import resolve_all


def runtime_of(
    request: ScheduleRequest, runtimes: Sequence[RuntimeReport], engines: Sequence[DriverReport]
) -> str:
    """Return the runtime's own name. Raises InvalidRequestError, whose fields begin with `submission`."""
    try:
        (runtime,) = resolve_all([request.submission], runtimes, None, engines)
    except InvalidRequestError as error:
        raise error.within("submission") from error
    return runtime
