"""The events table: the ordered evidence of what happened.

An output event's bytes are not stored a second time: its row says which stretch of which stream it was, and
whoever replays it reads the stretch from the kept output.
"""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from crucible.database.bulk import insert_rows
from crucible.database.tables import AnyRow, evaluations, events
from crucible.domain.event import Event, Output
from crucible.domain.sandbox import StreamName
from crucible.domain.status import Lifecycle

_EVENT: TypeAdapter[Event] = TypeAdapter(Event)
_PLACE = {"kind", "evaluation_id", "fence", "sequence", "at"}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredOutput:
    """An output event whose bytes are in the kept output."""

    evaluation_id: str
    fence: int
    sequence: int
    at: datetime
    stream: StreamName
    offset: int
    length: int
    encoding: Literal["utf-8", "base64"]

    @property
    def position(self) -> tuple[int, int]:
        """Where it stands in its evaluation's history."""
        return (self.fence, self.sequence)

    def filled(self, data: bytes) -> Output:
        """Return the event with its bytes."""
        text = data.decode() if self.encoding == "utf-8" else base64.b64encode(data).decode()
        return Output(
            evaluation_id=self.evaluation_id,
            fence=self.fence,
            sequence=self.sequence,
            at=self.at,
            stream=self.stream,
            offset=self.offset,
            encoding=self.encoding,
            data=text,
        )


async def insert_events(connection: AsyncConnection, tenant_id: str, new: Iterable[Event]) -> None:
    """Insert events. Raises DuplicateKeyError where one's place is taken."""
    await insert_rows(connection, events, [event_row(event, tenant_id) for event in new])


def event_row(event: Event, tenant_id: str) -> dict[str, Any]:
    """Return an event's row."""
    return {
        "evaluation_id": event.evaluation_id,
        "fence": event.fence,
        "sequence": event.sequence,
        "tenant_id": tenant_id,
        "kind": event.kind,
        "at": event.at,
        "payload": _payload(event),
    }


class EventReader:
    """The events of one tenant's evaluations."""

    def __init__(self, connection: AsyncConnection, tenant_id: str) -> None:
        self._connection = connection
        self._tenant_id = tenant_id

    async def after(
        self, evaluation_id: str, position: tuple[int, int], *, limit: int
    ) -> list[Event | StoredOutput]:
        """Return the events behind a position, in order."""
        place = sa.tuple_(events.c.fence, events.c.sequence)
        rows = await self._connection.execute(
            sa.select(events)
            .join(evaluations, evaluations.c.id == events.c.evaluation_id)
            .where(
                events.c.tenant_id == self._tenant_id,
                events.c.evaluation_id == evaluation_id,
                evaluations.c.lifecycle != Lifecycle.DELETED,
                place > sa.tuple_(*map(sa.literal, position)),
            )
            .order_by(events.c.fence, events.c.sequence)
            .limit(limit)
        )
        return [_event(row) for row in rows]


class EventRepository(EventReader):
    """The events of one tenant's evaluations, to be added to."""

    async def add(self, new: Iterable[Event]) -> None:
        """Insert events."""
        await insert_events(self._connection, self._tenant_id, new)


def _payload(event: Event) -> dict[str, Any]:
    if not isinstance(event, Output):
        content = type(event).model_fields.keys() - _PLACE
        return event.model_dump(mode="json", include=content) if content else {}
    length = len(event.data.encode() if event.encoding == "utf-8" else base64.b64decode(event.data))
    return {"stream": event.stream, "offset": event.offset, "length": length, "encoding": event.encoding}


def _event(row: AnyRow) -> Event | StoredOutput:
    place = {
        "evaluation_id": row.evaluation_id,
        "fence": row.fence,
        "sequence": row.sequence,
        "at": row.at,
    }
    if row.kind == "output":
        return StoredOutput(**place, **row.payload)
    return _EVENT.validate_python({**place, **row.payload, "kind": row.kind})
