"""A worker as the others know it."""

from dataclasses import dataclass
from datetime import datetime

from crucible.domain.sandbox import DriverReport, RuntimeReport


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
    engines: tuple[DriverReport, ...]
    """Every engine, and what it gives there or why it can't; none before its executor was surveyed."""
    started_at: datetime | None = None
    seen_at: datetime | None = None
