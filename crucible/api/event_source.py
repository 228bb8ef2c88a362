"""An evaluation's events as Server-Sent Events, with a sign of life where nothing happens.

https://html.spec.whatwg.org/multipage/server-sent-events.html#server-sent-events
"""

import asyncio
from collections.abc import AsyncGenerator

from starlette.responses import StreamingResponse

from crucible.domain.event import Event

HEARTBEAT_SECONDS = 15.0
_HEARTBEAT = b": still here\n\n"


def event_source(events: AsyncGenerator[Event, None]) -> StreamingResponse:
    """Return the answer that sends these events as they come, and ends when they do."""
    return StreamingResponse(
        with_heartbeats(events, HEARTBEAT_SECONDS),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def with_heartbeats(events: AsyncGenerator[Event, None], seconds: float) -> AsyncGenerator[bytes, None]:
    """Yield each event as it goes over the wire, and a comment where none came for so long."""
    following: asyncio.Task[Event] | None = None
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
            yield f"id: {event.id}\nevent: {event.kind}\ndata: {event.model_dump_json()}\n\n".encode()
    finally:
        if following is not None:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
        await events.aclose()
