"""`/tenants`: whose evaluations there are, and how the workers are shared between them."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import TypeAdapter
from starlette.responses import Response

from crucible.api.answers import json_response
from crucible.api.body import read_json
from crucible.api.collaborators import Asker, Crucible
from crucible.api.schema import json_body, refusals
from crucible.domain.limits import KIB
from crucible.domain.tenant import Tenant, TenantList, TenantShare
from crucible.operations import share

router = APIRouter(prefix="/tenants", tags=["operations"])
_share: TypeAdapter[TenantShare] = TypeAdapter(TenantShare)
TenantId = Annotated[str, Path(max_length=32, description="As the list of tenants has it.")]


@router.get("", response_model=TenantList, responses=refusals())
async def list_tenants(crucible: Crucible, asker: Asker) -> Response:
    """List every tenant: its share of the workers, and what of it waits and runs."""
    return json_response(await share.tenants(crucible.database, asker, caps=crucible.caps))


@router.put(
    "/{tenant_id}/share",
    response_model=Tenant,
    responses=refusals(404, 422, body=True),
    openapi_extra=json_body(TenantShare),
)
async def put_tenant_share(request: Request, tenant_id: TenantId, crucible: Crucible, asker: Asker) -> Response:
    """Set a tenant's cap and weight, which hold from the next claim on; what runs goes on."""
    wanted = await read_json(request, _share, maximum_bytes=1 * KIB)
    return json_response(await share.share(crucible.database, asker, tenant_id, wanted, caps=crucible.caps))
