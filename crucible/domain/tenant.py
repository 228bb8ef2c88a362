"""A tenant as an operator sees it, and what of the workers is its share."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from crucible.domain.shape import ClosedShape, Shape

MAXIMUM_CAP = 1_000_000
MAXIMUM_WEIGHT = 1000


class TenantShare(ClosedShape):
    """What an operator gives a tenant; what is left out is as it was at the beginning."""

    cap: Annotated[int, Field(ge=1, le=MAXIMUM_CAP)] | None = None
    """How many of its evaluations may run at once, over all workers; none: what the settings say."""
    weight: Annotated[int, Field(ge=1, le=MAXIMUM_WEIGHT)] = 1
    """How many slots it has for each of another's whose weight is 1, while both wait at a priority."""


class Tenant(Shape):
    """A tenant, its share, and what it has of it now."""

    id: str
    name: str
    cap: int | None
    weight: int
    cap_in_force: int | None
    """Its own cap, or that of the settings; none: it has no cap."""
    waiting: int
    running: int
    created: datetime


class TenantList(Shape):
    """All tenants, by id."""

    items: tuple[Tenant, ...]
