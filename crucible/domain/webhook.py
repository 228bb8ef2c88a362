"""Whom to tell of failures and ends, and what became of telling them."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from crucible.domain.shape import IN_ORDER, ClosedShape, Shape

MAXIMUM_WEBHOOKS = 20
"""Of one tenant."""


class WebhookEvent(StrEnum):
    """What a webhook can be told of. A dead letter is told of as such alone."""

    FAILED = "evaluation.failed"
    """Crucible could not run it: the sandbox says why."""
    DEAD_LETTER = "evaluation.dead_letter"
    """Crucible gave it up."""
    BATCH_ENDED = "batch.ended"
    """All of its evaluations have ended; again where some are retried, and those have."""
    PIPELINE_ENDED = "pipeline.ended"
    """All of its stages have."""
    TEST = "webhook.test"
    """Somebody tries the receiver out. Nobody asks to be told of that: who is tried out is told."""


FAILURES: Final = frozenset({WebhookEvent.FAILED, WebhookEvent.DEAD_LETTER})


class DeliveryState(StrEnum):
    """Where a delivery is."""

    PENDING = "pending"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"
    """The receiver refused it, or was not there, each of a dozen times over hours."""


def _asked_for(events: frozenset[WebhookEvent]) -> frozenset[WebhookEvent]:
    if WebhookEvent.TEST in events:
        raise ValueError(f"must not hold {WebhookEvent.TEST.value!r}, which is sent to whom it is asked for")
    return events


class WebhookRequest(ClosedShape):
    """Where to tell of something, and of what."""

    url: Annotated[str, Field(min_length=1, max_length=2048)]
    """`https://…` or `http://…`; its host must not be within a private network, but by the operator's leave."""
    events: Annotated[frozenset[WebhookEvent], Field(min_length=1), AfterValidator(_asked_for), IN_ORDER] = (
        FAILURES
    )


class Webhook(Shape):
    """A receiver."""

    id: str
    url: str
    events: frozenset[WebhookEvent]
    created: datetime
    created_by: str


class WebhookCreated(Webhook):
    """A receiver that was just made, with its secret; it is shown again only to the request that made it."""

    secret: str
    """What signatures are verified with: `whsec_…`, as Standard Webhooks has it."""


class WebhookList(Shape):
    """A tenant's receivers."""

    items: tuple[Webhook, ...]


class Delivery(Shape):
    """Something that one receiver is told of, at least once."""

    id: str
    """The same on every attempt, so that a receiver knows a repeat: the header `webhook-id`."""
    evaluation_id: str | None = None
    """What it is about; or else one of these, or nothing where the receiver is tried out."""
    batch_id: str | None = None
    pipeline_id: str | None = None
    event: WebhookEvent
    state: DeliveryState
    attempts: int
    created: datetime
    due: datetime
    """When it is tried, or was last to be tried."""
    status: int | None = None
    """What the receiver answered last."""
    error: str | None = None
    """Why the last attempt failed."""


class DeliveryList(Shape):
    """What a receiver was told of, the newest first."""

    items: tuple[Delivery, ...]
