"""What an operator can ask of the API, as data; see `calls`."""

from collections.abc import Collection, Sequence
from typing import Literal
from urllib.parse import quote

from crucible.client.calls import PREFIX, Call, body, new_key
from crucible.client.reading import reads
from crucible.domain.answer import DeadLetterChoice, DeadLetterList, DeadLetterPage, LogLevel, LogLevelRequest
from crucible.domain.dead_letter import DeadLetter, DeadLetterState
from crucible.domain.operation import Queue, Worker, WorkerList
from crucible.domain.storage import Storage
from crucible.domain.tenant import Tenant, TenantList, TenantShare
from crucible.domain.webhook import Delivery, DeliveryList, WebhookCreated, WebhookList, WebhookRequest

_LOG_LEVEL = f"{PREFIX}/log-level"
_WEBHOOKS = f"{PREFIX}/webhooks"


def dead_letters(states: Collection[DeadLetterState], limit: int, cursor: str | None) -> Call[DeadLetterPage]:
    """List what was given up."""
    parameters = [("state", state.value) for state in sorted(states)]
    parameters.append(("limit", str(limit)))
    if cursor is not None:
        parameters.append(("cursor", cursor))
    return Call(
        method="GET",
        path=f"{PREFIX}/dead-letters",
        read=reads(DeadLetterPage),
        parameters=tuple(parameters),
    )


def dead_letter(evaluation_id: str) -> Call[DeadLetter]:
    """Show what was given up, with its history."""
    return Call(
        method="GET",
        path=f"{PREFIX}/dead-letters/{quote(evaluation_id, safe='')}",
        read=reads(DeadLetter),
    )


def decide(decision: Literal["replay", "discard"], evaluation_ids: Sequence[str]) -> Call[DeadLetterList]:
    """Decide what becomes of what was given up."""
    return Call(
        method="POST",
        path=f"{PREFIX}/dead-letters/{decision}",
        read=reads(DeadLetterList),
        content=body(DeadLetterChoice(evaluation_ids=tuple(evaluation_ids))),
    )


def webhooks() -> Call[WebhookList]:
    """List who is told of failures."""
    return Call(method="GET", path=_WEBHOOKS, read=reads(WebhookList))


def add_webhook(request: WebhookRequest, idempotency_key: str | None) -> Call[WebhookCreated]:
    """Have somebody told of failures."""
    return Call(
        method="POST",
        path=_WEBHOOKS,
        read=reads(WebhookCreated),
        content=body(request),
        idempotency_key=idempotency_key or new_key(),
    )


def remove_webhook(webhook_id: str) -> Call[None]:
    """Tell somebody no more."""
    path = f"{_WEBHOOKS}/{quote(webhook_id, safe='')}"
    return Call(method="DELETE", path=path, read=lambda _body: None, removes=True)


def test_webhook(webhook_id: str) -> Call[Delivery]:
    """Try somebody out."""
    return Call(
        method="POST",
        path=f"{_WEBHOOKS}/{quote(webhook_id, safe='')}/test",
        read=reads(Delivery),
        repeatable=False,
    )


def deliveries(webhook_id: str, limit: int) -> Call[DeliveryList]:
    """List what somebody was told."""
    return Call(
        method="GET",
        path=f"{_WEBHOOKS}/{quote(webhook_id, safe='')}/deliveries",
        read=reads(DeliveryList),
        parameters=(("limit", str(limit)),),
    )


def queue() -> Call[Queue]:
    """Count what waits and runs."""
    return Call(method="GET", path=f"{PREFIX}/queue", read=reads(Queue))


def storage(*, plan: bool, deleted_days: float | None, ended_days: float | None) -> Call[Storage]:
    """Tell how much is kept, and what retention would do now."""
    days = {"deleted_days": deleted_days, "ended_days": ended_days}
    parameters = [("plan", "true")] if plan else []
    parameters += [(name, f"{value:g}") for name, value in days.items() if value is not None]
    return Call(method="GET", path=f"{PREFIX}/storage", read=reads(Storage), parameters=tuple(parameters))


def log_level() -> Call[LogLevel]:
    """Tell how much is written to the log."""
    return Call(method="GET", path=_LOG_LEVEL, read=reads(LogLevel))


def set_log_level(wanted: LogLevelRequest) -> Call[LogLevel]:
    """Have more or less written to every log for a while."""
    return Call(method="PUT", path=_LOG_LEVEL, read=reads(LogLevel), content=wanted.model_dump_json().encode())


def withdraw_log_level() -> Call[None]:
    """Have written what the settings say."""
    return Call(method="DELETE", path=_LOG_LEVEL, read=lambda _body: None)


def tenants() -> Call[TenantList]:
    """List whose evaluations there are."""
    return Call(method="GET", path=f"{PREFIX}/tenants", read=reads(TenantList))


def share(tenant_id: str, wanted: TenantShare) -> Call[Tenant]:
    """Set what of the workers is a tenant's."""
    return Call(
        method="PUT",
        path=f"{PREFIX}/tenants/{quote(tenant_id, safe='')}/share",
        read=reads(Tenant),
        content=wanted.model_dump_json().encode(),
    )


def workers() -> Call[WorkerList]:
    """List who works."""
    return Call(method="GET", path=f"{PREFIX}/workers", read=reads(WorkerList))


def order(name: str, verb: Literal["pause", "drain", "resume"]) -> Call[Worker]:
    """Tell a worker what to do from now on."""
    return Call(
        method="POST",
        path=f"{PREFIX}/workers/{quote(name, safe='')}/{verb}",
        read=reads(Worker),
    )
