"""Say who is to be told of failures and ends, try them out, and see what became of telling them."""

from collections.abc import Collection

from crucible.access.policy import Permission, require
from crucible.database.database import Database, TenantWork
from crucible.database.once import Created, digest_of, once
from crucible.domain.errors import ConflictError
from crucible.domain.identifiers import new_identifier
from crucible.domain.principal import Principal
from crucible.domain.signature import new_secret
from crucible.domain.webhook import (
    MAXIMUM_WEBHOOKS,
    Delivery,
    DeliveryList,
    WebhookCreated,
    WebhookList,
    WebhookRequest,
)
from crucible.webhooks.address import Network, require_reachable


async def add(
    database: Database,
    principal: Principal,
    request: WebhookRequest,
    *,
    allowed: Collection[Network],
    idempotency_key: str | None = None,
) -> Created[WebhookCreated]:
    """Make a receiver and return it with its secret, which is shown again only to who repeats this under its key.

    Raises InvalidRequestError where the URL leads to what may not be reached, ConflictError where there are too
    many, and IdempotencyConflictError.
    """
    require(principal, Permission.ADMINISTER)
    await require_reachable(request.url, allowed)

    async def make(work: TenantWork) -> tuple[list[str], WebhookCreated]:
        if len(await work.webhooks.all()) >= MAXIMUM_WEBHOOKS:
            raise ConflictError(f"there are {MAXIMUM_WEBHOOKS} webhooks, which is the most: remove one")
        webhook = WebhookCreated(
            id=new_identifier("wh"),
            url=request.url,
            events=request.events,
            created=await work.now(),
            created_by=principal.subject,
            secret=new_secret(),
        )
        await work.webhooks.add(webhook)
        return [webhook.id], webhook

    return await once(
        database,
        principal,
        idempotency_key,
        digest_of("webhooks", request),
        make=make,
        show=lambda work, ids: work.webhooks.get(ids[0]),
    )


async def try_out(database: Database, principal: Principal, webhook_id: str) -> Delivery:
    """Have a receiver told that it is tried out, and return what is to be delivered. Raises NotFoundError."""
    require(principal, Permission.ADMINISTER)
    async with database.unit_of_work(principal) as work:
        return await work.webhooks.try_out(webhook_id, await work.now())


async def remove(database: Database, principal: Principal, webhook_id: str) -> None:
    """Remove a receiver, with what it has still to be told. Raises NotFoundError."""
    require(principal, Permission.ADMINISTER)
    async with database.unit_of_work(principal) as work:
        await work.webhooks.remove(webhook_id)


async def all_of(database: Database, principal: Principal) -> WebhookList:
    """Return a tenant's receivers."""
    require(principal, Permission.ADMINISTER)
    async with database.read(principal) as view:
        return WebhookList(items=await view.webhooks.all())


async def deliveries(database: Database, principal: Principal, webhook_id: str, *, limit: int) -> DeliveryList:
    """Return what a receiver was told of lately. Raises NotFoundError."""
    require(principal, Permission.ADMINISTER)
    async with database.read(principal) as view:
        return DeliveryList(items=await view.webhooks.deliveries(webhook_id, limit=limit))
