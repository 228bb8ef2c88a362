"""What a doorbell says of an evaluation that waits: enough to reach a worker that can run it, and no more."""

from dataclasses import dataclass

from crucible.domain.evaluation import Priority
from crucible.domain.need import Need


@dataclass(frozen=True, slots=True)
class Ring:
    """An evaluation that could be claimed now."""

    evaluation_id: str
    need: Need
    priority: Priority
