"""An operator shares the workers out between tenants."""

import pytest
import sqlalchemy as sa

from crucible.database.tables import audit_entries
from crucible.domain.errors import NotFoundError, PermissionDeniedError
from crucible.domain.principal import LOCAL_OWNER, LOCAL_TENANT, Principal, Role
from crucible.domain.sharing import Caps
from crucible.domain.tenant import TenantShare
from crucible.domain.waiting import WaitReason
from crucible.evaluations import find
from crucible.operations.share import share, tenants
from tests.evaluations.steps import OFFER, claimed, submitted
from tests.evaluations.test_waiting import WORKER, present


async def test_a_cap_holds_from_the_next_claim_on_and_says_so_on_what_waits(database):
    assert OFFER.cpus >= 2
    await present(database, WORKER)
    await share(database, LOCAL_OWNER, LOCAL_TENANT, TenantShare(cap=1))
    ids = [*await submitted(database), *await submitted(database)]
    (one,) = await claimed(database, limit=2)
    (waits,) = set(ids) - {one.evaluation_id}
    waiting = (await find.get(database, LOCAL_OWNER, waits)).waiting
    assert waiting
    assert (waiting.reason, waiting.detail) == (WaitReason.TENANT_CAP, "tenant at its cap of 1")
    await share(database, LOCAL_OWNER, LOCAL_TENANT, TenantShare())
    assert [each.evaluation_id for each in await claimed(database, limit=2)] == [waits]


async def test_what_each_has_is_shown_beside_what_the_settings_give(database):
    caps = Caps(each=7)
    (before,) = (await tenants(database, LOCAL_OWNER, caps=caps)).items
    assert (before.cap, before.weight, before.cap_in_force) == (None, 1, 7)
    await submitted(database)
    after = await share(database, LOCAL_OWNER, LOCAL_TENANT, TenantShare(cap=3, weight=2), caps=caps)
    assert (after.cap, after.weight, after.cap_in_force) == (3, 2, 3)
    assert (after.waiting, after.running) == (1, 0)


async def test_who_may_not_administer_neither_sees_nor_sets_shares(database):
    for role in (Role.MEMBER, Role.VIEWER):
        asker = Principal(tenant_id=LOCAL_TENANT, subject="somebody", role=role)
        with pytest.raises(PermissionDeniedError):
            await tenants(database, asker)
        with pytest.raises(PermissionDeniedError):
            await share(database, asker, LOCAL_TENANT, TenantShare(cap=1))


async def test_who_set_a_share_is_in_the_audit_and_a_tenant_that_is_not_there_is_not(database):
    with pytest.raises(NotFoundError, match="there are: tn_local"):
        await share(database, LOCAL_OWNER, "tn_nobody", TenantShare(weight=2))
    await share(database, LOCAL_OWNER, LOCAL_TENANT, TenantShare(weight=2))
    async with database.system_unit_of_work() as work:
        rows = await work.lines._connection.execute(
            sa.select(audit_entries).where(audit_entries.c.action == "share")
        )
        (entry,) = rows.all()
    assert (entry.subject, entry.changed_tenant_id) == (LOCAL_OWNER.subject, LOCAL_TENANT)
