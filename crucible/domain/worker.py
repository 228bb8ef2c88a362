"""A worker as the others know it."""

from dataclasses import dataclass
from datetime import datetime

from crucible.domain.sandbox import RuntimeReport


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerReport:
    """What a worker says of itself every few seconds."""

    name: str
    slots: int
    """How many evaluations it runs at once."""
    running: int
    draining: bool
    """Whether it takes nothing more."""
    runtimes: tuple[RuntimeReport, ...]
    engines: tuple[str, ...]
    started_at: datetime | None = None
    seen_at: datetime | None = None
