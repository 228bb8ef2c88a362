"""Waiting in tests: for the event, not for a time that is hopefully enough."""

import asyncio
from collections.abc import Awaitable, Callable

PATIENCE_SECONDS = 60.0
"""How long a request may go unanswered beside all that tests do to a machine."""


async def until(holds: Callable[[], Awaitable[bool]], seconds: float = 30.0) -> None:
    """Return once it holds. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while True:
            if await holds():
                return
            await asyncio.sleep(0.01)
