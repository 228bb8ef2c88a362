"""Who tells a worker that there is something to do.

A doorbell carries ids, never the truth: whoever hears it asks the database. A ring that is lost costs time, not
work, since the reaper rings again for whatever is still queued.
"""

from collections.abc import Sequence
from typing import Protocol

from crucible.domain.ring import Ring


class Doorbell(Protocol):
    """A way to reach workers."""

    async def ring(self, rings: Sequence[Ring]) -> None:
        """Tell that these are queued, and due."""

    async def cancel(self, evaluation_id: str) -> None:
        """Tell whoever runs this that its end was asked for."""
