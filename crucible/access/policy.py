"""What each role may do, as a table that can be read in a minute."""

from enum import StrEnum

from crucible.domain.errors import PermissionDeniedError
from crucible.domain.principal import Principal, Role


class Permission(StrEnum):
    """Something that a principal may be allowed to do."""

    READ = "read"
    SUBMIT = "submit"
    CANCEL = "cancel"
    DELETE = "delete"


POLICY: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset({Permission.READ, Permission.SUBMIT, Permission.CANCEL, Permission.DELETE}),
    Role.MEMBER: frozenset({Permission.READ, Permission.SUBMIT, Permission.CANCEL}),
    Role.VIEWER: frozenset({Permission.READ}),
}


def require(principal: Principal, permission: Permission) -> None:
    """Raise PermissionDeniedError unless the principal's role has the permission."""
    if permission in POLICY[principal.role]:
        return
    roles = ", ".join(role for role, permissions in POLICY.items() if permission in permissions)
    raise PermissionDeniedError(
        f"a {principal.role} may not {permission} evaluations; one of these roles may: {roles}"
    )
