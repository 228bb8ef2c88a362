"""Share the workers out between tenants: how many of each one's evaluations run at once, and how many of whose."""

from crucible.access.policy import Permission, require
from crucible.database.database import Database, SystemWork
from crucible.domain.errors import NotFoundError
from crucible.domain.principal import Principal
from crucible.domain.sharing import NO_CAPS, Caps
from crucible.domain.tenant import Tenant, TenantList, TenantShare


async def tenants(database: Database, principal: Principal, *, caps: Caps = NO_CAPS) -> TenantList:
    """Return every tenant with its share; `caps` are what the settings give who has no cap of its own."""
    require(principal, Permission.ADMINISTER)
    async with database.system_unit_of_work() as work:
        return TenantList(items=await _all(work, caps))


async def share(
    database: Database, principal: Principal, tenant_id: str, wanted: TenantShare, *, caps: Caps = NO_CAPS
) -> Tenant:
    """Give a tenant this share from the next claim on; what runs above a lower cap goes on.

    Raises NotFoundError.
    """
    require(principal, Permission.ADMINISTER)
    async with database.system_unit_of_work() as work:
        known = {each.id for each in await work.tenants.all()}
        if tenant_id not in known:  # not asked of the database: PostgreSQL takes no text with a NUL
            raise NotFoundError(f"there is no tenant {tenant_id!r}; there are: {', '.join(sorted(known))}")
        await work.tenants.share(tenant_id, cap=wanted.cap, weight=wanted.weight)
        await work.audit_of(principal).add_of_tenant("share", tenant_id, await work.now())
        (shown,) = [each for each in await _all(work, caps) if each.id == tenant_id]
        return shown


async def _all(work: SystemWork, caps: Caps) -> tuple[Tenant, ...]:
    return tuple(
        Tenant(
            id=each.id,
            name=each.name,
            cap=each.cap,
            weight=each.weight,
            cap_in_force=caps.of(each.id) if each.cap is None else each.cap,
            waiting=each.waiting,
            running=each.running,
            created=each.created_at,
        )
        for each in await work.tenants.all()
    )
