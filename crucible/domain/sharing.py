"""How workers are shared: between priorities by weight, between tenants in turn, and never past a cap."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from crucible.domain.evaluation import Priority
from crucible.domain.need import Need

DEFAULT_WEIGHTS: Mapping[Priority, int] = {Priority.HIGH: 16, Priority.NORMAL: 4, Priority.LOW: 1}
"""How many of so many together each gets while all of them wait. None is 0, so none waits for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The evaluations of one tenant, priority and need that wait, one behind the other."""

    tenant_id: str
    priority: Priority
    need: Need
    oldest: datetime
    """When the first of them was queued."""
    turn: int
    """When this tenant was served last at this priority, counted in turns; 0: not yet."""
    cap: int | None = None
    """How many of this tenant's may run at once, where an operator has said so."""
    weight: int = 1
    """How many slots it has for each of another's whose weight is 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """How many evaluations of a tenant may run at once; no cap where none is set."""

    each: int | None = None
    tenants: Mapping[str, int] = field(default_factory=dict)
    """Those that have a cap of their own."""

    def of(self, tenant_id: str) -> int | None:
        """Return a tenant's cap."""
        return self.tenants.get(tenant_id, self.each)

    @property
    def any(self) -> bool:
        """Whether anybody has one."""
        return self.each is not None or bool(self.tenants)


NO_CAPS = Caps()


class Shares:
    """Which priority is served next, by smooth weighted round-robin among those that wait.

    While a priority waits, of each sum of the weights in a row it is served as often as its weight says; what does
    not wait saves nothing up. `next` tells and `serve` notes that it was done, so that what found nothing to take
    costs nobody a turn.
    """

    def __init__(self, weights: Mapping[Priority, int] = DEFAULT_WEIGHTS) -> None:
        if any(weights.get(priority, 0) < 1 for priority in Priority):
            raise ValueError("each priority needs a weight of at least 1, or what has it would wait for ever")
        self._weights = dict(weights)
        self._credit = dict.fromkeys(Priority, 0)

    def next(self, waiting: Collection[Priority]) -> Priority:
        """Return which of these is to be served."""
        return max(
            (priority for priority in Priority if priority in waiting),
            key=lambda priority: self._credit[priority] + self._weights[priority],
        )

    def serve(self, served: Priority, waiting: Collection[Priority]) -> None:
        """Take note that one was served while these waited, itself among them."""
        for priority in Priority:
            self._credit[priority] = self._credit[priority] + self._weights[priority] if priority in waiting else 0
        self._credit[served] -= sum(self._weights[priority] for priority in waiting)
