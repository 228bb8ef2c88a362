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
    ANNOTATE = "annotate"
    ADMINISTER = "administer"
    USE_SESSIONS = "use sessions"


POLICY: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.MEMBER: frozenset(
        {
            Permission.READ,
            Permission.SUBMIT,
            Permission.CANCEL,
            Permission.ANNOTATE,
            Permission.USE_SESSIONS,
        }
    ),
    Role.VIEWER: frozenset({Permission.READ}),
}

_WHOLE_PHRASES = frozenset({Permission.USE_SESSIONS, Permission.ADMINISTER})
"""Those that need no object."""


def require(principal: Principal, permission: Permission) -> None:
    """Raise PermissionDeniedError unless the principal's role has the permission."""
    if permission in POLICY[principal.role]:
        return
    roles = ", ".join(role for role, permissions in POLICY.items() if permission in permissions)
    what = permission if permission in _WHOLE_PHRASES else f"{permission} evaluations"
    raise PermissionDeniedError(f"a {principal.role} may not {what}; one of these roles may: {roles}")
