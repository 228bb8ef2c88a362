"""A doorbell within one process: a call."""

from collections.abc import Callable, Sequence

from crucible.domain.ring import Ring


class LocalDoorbell:
    """See `Doorbell`. One worker listens."""

    def __init__(self) -> None:
        self._on_ring: Callable[[], None] | None = None
        self._on_cancel: Callable[[], None] | None = None

    def listen(self, *, on_ring: Callable[[], None], on_cancel: Callable[[], None]) -> None:
        """Have these called from now on; they must not wait."""
        self._on_ring, self._on_cancel = on_ring, on_cancel

    async def ring(self, rings: Sequence[Ring]) -> None:
        """See `Doorbell`."""
        if rings and self._on_ring:
            self._on_ring()

    async def cancel(self, evaluation_id: str) -> None:
        """See `Doorbell`."""
        del evaluation_id  # the worker asks the database which of its evaluations are meant
        if self._on_cancel:
            self._on_cancel()
