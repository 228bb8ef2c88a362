import pytest

from crucible.access.policy import POLICY, Permission, require
from crucible.domain.errors import PermissionDeniedError
from crucible.domain.principal import Principal, Role


def test_every_role_has_a_line_in_the_policy():
    assert set(POLICY) == set(Role)


def test_the_owner_may_do_everything_and_a_viewer_only_read():
    assert POLICY[Role.OWNER] == set(Permission)
    assert POLICY[Role.VIEWER] == {Permission.READ}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("permission", list(Permission))
def test_require_is_the_policy(role: Role, permission: Permission):
    principal = Principal(tenant_id="tn_a", subject="a", role=role)
    if permission in POLICY[role]:
        require(principal, permission)
        return
    with pytest.raises(PermissionDeniedError, match=f"a {role} may not {permission}") as refusal:
        require(principal, permission)
    assert "owner" in refusal.value.detail
