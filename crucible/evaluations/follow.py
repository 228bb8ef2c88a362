"""Tell what happens to an evaluation, from its first event to its last, each once and in order.

What is over stands in the events table, what happens now in the stream. A reader subscribes before it looks into
the table, so that nothing falls between the two, and looks again whenever the stream closes; its position keeps it
from hearing anything twice.
"""

from collections.abc import AsyncGenerator, Iterable

from crucible.access.policy import Permission, require
from crucible.blobs.store import BlobStore
from crucible.database.database import Database, View
from crucible.database.evaluations import Kept
from crucible.database.events import StoredOutput
from crucible.domain.event import Event
from crucible.domain.principal import Principal
from crucible.domain.sandbox import StreamName
from crucible.evaluations.output import slice_of
from crucible.stream.stream import EventStream

Position = tuple[int, int]

BEFORE_ALL: Position = (-1, -1)
_AT_ONCE = 500


async def follow(
    database: Database,
    blobs: BlobStore,
    stream: EventStream,
    principal: Principal,
    evaluation_id: str,
    *,
    after: Position | None = None,
) -> AsyncGenerator[Event, None]:
    """Yield the events behind a position, ending with `Finished`. Raises NotFoundError with the first step.

    Of an attempt that was lost or given back, readers who were there hear what it did; later ones hear `Requeued`.
    """
    require(principal, Permission.READ)
    position = after or BEFORE_ALL
    sent_for = -1
    while True:
        with stream.subscribe(evaluation_id) as subscription:
            async with database.read(principal) as view:
                final = (await view.evaluations.status(evaluation_id)).is_final
            async for event in _recorded(database, blobs, principal, evaluation_id, position):
                position = event.position
                yield event
            if final:
                return
            async for event in subscription.after(position):
                if event.fence > max(position[0] + 1, sent_for):
                    sent_for = event.fence
                    break
                position = event.position
                yield event


async def _recorded(
    database: Database, blobs: BlobStore, principal: Principal, evaluation_id: str, position: Position
) -> AsyncGenerator[Event, None]:
    while True:
        async with database.read(principal) as view:
            stored = await view.events.after(evaluation_id, position, limit=_AT_ONCE)
            kept = await _kept(view, evaluation_id, stored)
        for event in stored:
            position = event.position
            if isinstance(event, StoredOutput):
                data = await slice_of(kept[event.stream], blobs, event.offset, event.offset + event.length)
                yield event.filled(data)
            else:
                yield event
        if len(stored) < _AT_ONCE:
            return


async def _kept(view: View, evaluation_id: str, stored: Iterable[Event | StoredOutput]) -> dict[StreamName, Kept]:
    """Return where the bytes of these events are, for each stream that has any."""
    names = {event.stream for event in stored if isinstance(event, StoredOutput)}
    return {name: await view.evaluations.kept_output(evaluation_id, name) for name in names}
