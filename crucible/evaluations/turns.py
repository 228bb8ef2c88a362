"""Whose turn it is: the policy, without a database.

First the priority, by weight. Then, among the tenants that wait at it, whoever has the fewest running at it for
its weight, and among those whoever was served longest ago: a tenant's hundred thousand delay another's one by no
more than a slot. A tenant at its cap has no turn, and costs nobody else one. A tenant's lines differ in what they
need; the one whose first has waited longest goes first.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from crucible.domain.evaluation import Priority
from crucible.domain.sharing import Caps, Line, Shares


class Turns:
    """One claim's choice between lines: ask for the `next`, and say what came of it."""

    def __init__(
        self,
        lines: Iterable[Line],
        shares: Shares,
        *,
        running: Mapping[tuple[str, Priority], int],
        caps: Caps,
    ) -> None:
        self.lines = list(lines)
        self.served: list[tuple[str, Priority]] = []
        """Who was served, in order."""
        self._shares = shares
        self._caps = {
            line.tenant_id: caps.of(line.tenant_id) if line.cap is None else line.cap for line in self.lines
        }
        self._running = defaultdict(int, running)
        self._of_tenant: dict[str, int] = defaultdict(int)
        for (tenant_id, _), number in running.items():
            self._of_tenant[tenant_id] += number
        self._turn = {(line.tenant_id, line.priority): line.turn for line in self.lines}
        self._latest = max(self._turn.values(), default=0)

    @property
    def compete(self) -> bool:
        """Whether at some priority more than one tenant waits."""
        return len(self._turn) > len({priority for _, priority in self._turn})

    @property
    def capped(self) -> bool:
        """Whether the number of somebody's that run is bounded."""
        return any(cap is not None for cap in self._caps.values())

    def next(self) -> Line | None:
        """Return the line to take from; None where nobody may be served."""
        may = [line for line in self.lines if not self._is_at_cap(line.tenant_id)]
        if not may:
            return None
        priority = self._shares.next({line.priority for line in may})
        return min((line for line in may if line.priority is priority), key=self._place)

    def took(self, line: Line, number: int = 1) -> None:
        """Take note that so many were taken from a line."""
        waiting = {each.priority for each in self.lines if not self._is_at_cap(each.tenant_id)}
        key = line.tenant_id, line.priority
        for _ in range(number):
            self._shares.serve(line.priority, waiting)
            self.served.append(key)
        self._running[key] += number
        self._of_tenant[line.tenant_id] += number
        self._latest += 1
        self._turn[key] = self._latest

    def leave(self, line: Line) -> None:
        """Take from this line no more: it is empty, or has no room here."""
        self.lines.remove(line)

    def spare(self, line: Line) -> int | None:
        """Return how many more of the line's tenant may run; None where it has no cap."""
        cap = self._caps[line.tenant_id]
        return None if cap is None else max(0, cap - self._of_tenant[line.tenant_id])

    def _is_at_cap(self, tenant_id: str) -> bool:
        cap = self._caps[tenant_id]
        return cap is not None and self._of_tenant[tenant_id] >= cap

    def _place(self, line: Line) -> tuple[object, ...]:
        key = line.tenant_id, line.priority
        return self._running[key] / line.weight, self._turn[key], line.oldest, line.tenant_id
