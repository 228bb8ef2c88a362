"""How a server is asked to stop: once for an orderly end, twice for one at once."""

import asyncio
import os
import signal
from collections.abc import Callable
from types import TracebackType
from typing import Self

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopping:
    """Listens to the signals that ask for the end."""

    def __init__(self, *, at_once: Callable[[], None]) -> None:
        """Take what to do, besides ending, where somebody asks twice."""
        self._at_once = at_once
        self._asked: asyncio.Future[signal.Signals] = asyncio.get_running_loop().create_future()

    def __enter__(self) -> Self:
        for number in _SIGNALS:
            asyncio.get_running_loop().add_signal_handler(number, self.ask, number)
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for number in _SIGNALS:
            asyncio.get_running_loop().remove_signal_handler(number)

    async def wait(self) -> signal.Signals:
        """Return the signal that asked, once one did."""
        return await asyncio.shield(self._asked)

    def ask(self, number: signal.Signals) -> None:
        """Ask for the end, as this signal does."""
        if self._asked.done():
            self._at_once()
            os._exit(128 + number)
        self._asked.set_result(number)
