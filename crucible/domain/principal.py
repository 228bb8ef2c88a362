"""Who asks, and for which tenant. Nothing reaches the database without one."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a principal is to its tenant. What each may do stands in `access/policy.py`."""

    OWNER = "owner"
    MEMBER = "member"
    VIEWER = "viewer"


@dataclass(frozen=True, slots=True)
class Principal:
    """One who asks. Repositories are built for a principal and see its tenant's rows alone."""

    tenant_id: str
    subject: str
    role: Role


LOCAL_TENANT = "tn_local"
"""The one tenant of an embedded Crucible, made by the first migration."""

LOCAL_OWNER = Principal(tenant_id=LOCAL_TENANT, subject="local", role=Role.OWNER)
"""Who asks on a laptop, where the loopback address is the only door."""
