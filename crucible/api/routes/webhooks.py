"""`/webhooks`: who is told of failures and ends."""

from fastapi import APIRouter, Request
from pydantic import TypeAdapter
from starlette.responses import Response

from crucible.api.answers import created_response, json_response
from crucible.api.body import read_json
from crucible.api.collaborators import Asker, Crucible
from crucible.api.parameters import IdempotencyKey, PageLimit, WebhookId
from crucible.api.schema import json_body, refusals
from crucible.domain.limits import KIB
from crucible.domain.webhook import Delivery, DeliveryList, WebhookCreated, WebhookList, WebhookRequest
from crucible.webhooks import registering

MAXIMUM_BODY_BYTES = 16 * KIB

router = APIRouter(prefix="/webhooks", tags=["webhooks"])
_request: TypeAdapter[WebhookRequest] = TypeAdapter(WebhookRequest)


@router.post(
    "",
    status_code=201,
    response_model=WebhookCreated,
    response_description="The receiver, with its secret, which is shown again only to this request.",
    responses=refusals(409, 422, body=True),
    openapi_extra=json_body(WebhookRequest),
)
async def create_webhook(
    request: Request, crucible: Crucible, asker: Asker, idempotency_key: IdempotencyKey = None
) -> Response:
    """Have a receiver told from now on, by signed requests that are tried until taken."""
    wanted = await read_json(request, _request, maximum_bytes=MAXIMUM_BODY_BYTES)
    created = await registering.add(
        crucible.database,
        asker,
        wanted,
        allowed=crucible.webhook_networks,
        idempotency_key=idempotency_key,
    )
    return created_response(created.what, None, replayed=created.replayed)


@router.get("", response_model=WebhookList, responses=refusals())
async def list_webhooks(crucible: Crucible, asker: Asker) -> Response:
    """List the receivers."""
    return json_response(await registering.all_of(crucible.database, asker))


@router.delete("/{webhook_id}", status_code=204, responses=refusals(404, 422))
async def delete_webhook(webhook_id: WebhookId, crucible: Crucible, asker: Asker) -> Response:
    """Tell a receiver no more, not even what it has still to be told."""
    await registering.remove(crucible.database, asker, webhook_id)
    return Response(status_code=204)


@router.post(
    "/{webhook_id}/test",
    status_code=202,
    response_model=Delivery,
    response_description="What is being delivered; the list of deliveries says what came of it.",
    responses=refusals(404, 422),
)
async def test_webhook(webhook_id: WebhookId, crucible: Crucible, asker: Asker) -> Response:
    """Tell a receiver that somebody tries it out, as it would be told of anything else."""
    return json_response(await registering.try_out(crucible.database, asker, webhook_id), status=202)


@router.get("/{webhook_id}/deliveries", response_model=DeliveryList, responses=refusals(404, 422))
async def list_deliveries(
    webhook_id: WebhookId,
    crucible: Crucible,
    asker: Asker,
    limit: PageLimit = 50,
) -> Response:
    """List what a receiver was told of, the newest first, and what became of that."""
    return json_response(await registering.deliveries(crucible.database, asker, webhook_id, limit=limit))
