"""How a worker is made from the settings, alike in both forms."""

import os
import socket

from crucible.domain.measure import Measures
from crucible.evaluations.requeue import Patience
from crucible.queue.link import ExecutorLink
from crucible.queue.local import LocalDoorbell
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
    )
