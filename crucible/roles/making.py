"""How a worker is made from the settings, alike in both forms."""

import os
import socket
from functools import partial

from crucible.domain.measure import Measures
from crucible.domain.sharing import Caps
from crucible.evaluations.requeue import Patience
from crucible.executor.link import ExecutorLink
from crucible.pipelines.settle import go_on
from crucible.queue.local import LocalDoorbell
from crucible.queue.terms import Terms, machine_memory
from crucible.queue.worker import Worker
from crucible.roles.parts import Parts
from crucible.settings import Settings


def make_worker(
    settings: Settings,
    parts: Parts,
    link: ExecutorLink,
    doorbell: LocalDoorbell,
    *,
    look_seconds: float | None = None,
    measures: Measures | None = None,
) -> Worker:
    """Return this process's worker."""
    return Worker(
        name=f"{socket.gethostname()}-{os.getpid()}",
        database=parts.database,
        blobs=parts.blobs,
        stream=parts.stream,
        doorbell=doorbell,
        executor=link,
        slots=settings.slots,
        lease_seconds=settings.lease_seconds,
        look_seconds=look_seconds,
        patience=Patience(attempts=settings.infrastructure_attempts),
        measures=measures,
        terms=terms_of(settings),
        go_on=partial(go_on, parts.database, parts.blobs, parts.stream, parts.doorbell),
    )


def terms_of(settings: Settings) -> Terms:
    """Return on which terms this process's worker takes evaluations."""
    return Terms(
        cpus=settings.cpus or float(max(os.cpu_count() or 1, settings.slots)),
        memory_bytes=settings.memory_bytes or machine_memory(),
        engines=frozenset(settings.worker_engines) or None,
        labels=frozenset(settings.worker_labels),
        dedicated=settings.dedicated,
        weights=settings.weights,
        caps=caps_of(settings),
    )


def caps_of(settings: Settings) -> Caps:
    """Return how many evaluations of a tenant may run at once."""
    return Caps(each=settings.tenant_cap, tenants=settings.tenant_caps)
