"""An evaluation's events as Server-Sent Events, with a sign of life where nothing happens.

https://html.spec.whatwg.org/multipage/server-sent-events.html#server-sent-events
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import TypeVar

from starlette.responses import StreamingResponse

from crucible.domain.event import Event

T = TypeVar("T")
EVENT_STREAM = "text/event-stream"
HEARTBEAT_SECONDS = 15.0
_HEARTBEAT = b": still here\n\n"


def event_source(events: AsyncGenerator[Event, None]) -> StreamingResponse:
    """Return the answer that sends these events as they come, and ends when they do."""
    return server_sent(events, tell)


def server_sent(events: AsyncGenerator[T, None], tell: Callable[[T], bytes]) -> StreamingResponse:
    """Return the answer that sends these as `tell` writes them, and ends when they do."""
    return StreamingResponse(
        with_heartbeats(events, HEARTBEAT_SECONDS, tell),
        media_type=EVENT_STREAM,
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


def tell(event: Event) -> bytes:
    """Return an evaluation's event as it goes over the wire."""
    return f"id: {event.id}\nevent: {event.kind}\ndata: {event.model_dump_json()}\n\n".encode()


async def with_heartbeats(
    events: AsyncGenerator[T, None], seconds: float, tell: Callable[[T], bytes]
) -> AsyncGenerator[bytes, None]:
    """Yield each event as it goes over the wire, and a comment where none came for so long."""
    following: asyncio.Task[T] | None = None
    try:
        while True:
            following = following or asyncio.ensure_future(anext(events))
            done, _ = await asyncio.wait({following}, timeout=seconds)
            if not done:
                yield _HEARTBEAT
                continue
            try:
                event = following.result()
            except StopAsyncIteration:
                return
            following = None
            yield tell(event)
    finally:
        if following is not None:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
        await events.aclose()
