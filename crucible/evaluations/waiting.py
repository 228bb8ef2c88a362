"""Why a queued evaluation has not started: what nobody offers is said, not waited for in silence."""

from collections.abc import Sequence

from crucible.database.waits import Standing
from crucible.domain.evaluation import Priority
from crucible.domain.limits import MIB
from crucible.domain.sharing import Caps
from crucible.domain.waiting import MOST_COUNTED_AHEAD, Wait, WaitReason
from crucible.domain.worker import WorkerReport, WorkerState


def why(standing: Standing, tenant_id: str, priority: Priority, caps: Caps) -> Wait:
    """Return the first reason that holds, in words as well."""
    cap = caps.of(tenant_id) if standing.cap is None else standing.cap
    reason, detail = _of_workers(standing) or _of_queue(standing, cap, priority)
    return Wait(reason=reason, detail=detail, ahead=standing.ahead)


def _of_workers(standing: Standing) -> tuple[WaitReason, str] | None:
    """Return why no worker would take it now, even were it alone; None where one would."""
    alive = [worker for worker in standing.workers if worker.state is not WorkerState.STOPPED]
    if not alive:
        return WaitReason.NO_WORKER, "no worker is alive"
    able = [worker for worker in alive if worker.offer.meets(standing.need)]
    if not able:
        return WaitReason.NO_CAPABILITY, _lacking(standing, alive)
    large_enough = [worker for worker in able if worker.offer.holds(standing.memory_bytes, standing.cpus)]
    if not large_enough:
        return WaitReason.TOO_LARGE, _too_large(standing, able)
    if not any(worker.takes_more for worker in large_enough):
        return WaitReason.PAUSED, "paused: every worker that could run it is paused or draining"
    return None


def _of_queue(standing: Standing, cap: int | None, priority: Priority) -> tuple[WaitReason, str]:
    if standing.not_before > standing.at:
        again = f"{standing.not_before:%H:%M:%S %Z}"
        return WaitReason.RETRY, f"its worker or executor was lost; it is tried again at {again}"
    if cap is not None and standing.running >= cap:
        return WaitReason.TENANT_CAP, f"tenant at its cap of {cap}"
    if standing.ahead:
        more = " or more" if standing.ahead == MOST_COUNTED_AHEAD else ""
        return WaitReason.BEHIND, f"{standing.ahead}{more} ahead of it in {priority}"
    return WaitReason.SLOT, f"next of its tenant in {priority}, once a slot is free"


def _lacking(standing: Standing, alive: Sequence[WorkerReport]) -> str:
    """Return what none has; or, where each thing is had by somebody, that nobody has all of them."""
    lacks = [list(worker.offer.lacks(standing.need)) for worker in alive]
    nobody = [lack for lack in lacks[0] if all(lack in others for others in lacks)]
    if nobody:
        return f"no worker offers {' or '.join(nobody)}"
    each = list(dict.fromkeys(lack for some in lacks for lack in some))
    return f"no worker offers all of it: {', '.join(each)}"


def _too_large(standing: Standing, able: Sequence[WorkerReport]) -> str:
    memory = max(worker.offer.memory_bytes for worker in able)
    cpus = max(worker.offer.cpus for worker in able)
    return (
        f"no worker may promise {standing.memory_bytes // MIB} MiB and {standing.cpus:g} processors: "
        f"the most is {memory // MIB} MiB and {cpus:g}"
    )
