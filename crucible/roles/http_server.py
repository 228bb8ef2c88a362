"""Uvicorn as one role among others: it neither takes the process's signals nor decides when the others end."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from crucible.roles.http_connection import HttpConnection, take_descriptors

_LAST_SECONDS = 2


class HttpServer(uvicorn.Server):
    """An HTTP server on a socket that is bound already. End it with `refuse` and then `finish`."""

    def __init__(self, app: ASGIApp) -> None:
        take_descriptors()
        super().__init__(
            uvicorn.Config(
                app,
                loop="none",
                http=HttpConnection,
                ws="none",
                lifespan="off",
                access_log=False,
                log_config=None,
                log_level="warning",
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=_LAST_SECONDS,
            )
        )
        self.listening = asyncio.Event()
        """Set once requests are answered."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to whoever runs all the roles."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """See `uvicorn.Server`."""
        await super().startup(sockets)
        self.listening.set()

    async def answer(self, listener: socket.socket) -> None:
        """Answer requests until told to finish."""
        await self.serve([listener])

    def refuse(self) -> None:
        """Take no more connections; let those that there are end."""
        self.should_exit = True

    def finish(self) -> None:
        """End the requests that still wait for something, in words: see `Guard`."""
        for task in list(self.server_state.tasks):
            task.cancel()
