"""Who holds sessions for this server: its executor, seen through a link that may be down."""

from typing import Protocol

from crucible.executor.session_client import SessionClient


class SessionHolder(Protocol):
    """The executor that makes and holds this server's sessions."""

    @property
    def name(self) -> str:
        """What tells it from the executors of other hosts; the same after it was started again."""

    @property
    def sessions(self) -> SessionClient:
        """Its sessions. Raises ExecutorUnavailableError while it can't be reached."""

    async def connected(self) -> None:
        """Wait until it can be reached."""
