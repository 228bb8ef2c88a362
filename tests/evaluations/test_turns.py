"""Whose turn it is, played without a database: tenants that share one worker's slots in any order of events."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from crucible.domain.evaluation import Priority
from crucible.domain.need import Need
from crucible.domain.sharing import Caps, Line, Shares
from crucible.evaluations.turns import Turns

START = datetime(2026, 1, 1, tzinfo=UTC)
NEED = Need(runtime="bash")


class Market:
    """Tenants with work at one priority, and some slots; each claim is a choice of its own, as workers make it."""

    def __init__(self, work: dict[str, int], *, slots: int, caps: Caps | None = None) -> None:
        self.work = Counter(work)
        self.slots = slots
        self.caps = caps or Caps()
        self.shares = Shares()
        self.turn: Counter[str] = Counter()
        self.running: list[str] = []
        self.served: list[str] = []

    def claim(self) -> str | None:
        lines = [
            Line(
                tenant_id=tenant,
                priority=Priority.NORMAL,
                need=NEED,
                oldest=START - timedelta(seconds=len(tenant)),
                turn=self.turn[tenant],
            )
            for tenant, left in self.work.items()
            if left
        ]
        running = {(tenant, Priority.NORMAL): number for tenant, number in Counter(self.running).items()}
        turns = Turns(lines, self.shares, running=running, caps=self.caps)
        line = turns.next() if len(self.running) < self.slots else None
        if line is None:
            return None
        turns.took(line)
        (key,) = turns.served
        self.turn[key[0]] = max(self.turn.values(), default=0) + 1
        self.work[line.tenant_id] -= 1
        self.running.append(line.tenant_id)
        self.served.append(line.tenant_id)
        return line.tenant_id

    def end(self, place: int) -> None:
        if self.running:
            self.running.pop(place % len(self.running))


@given(st.integers(0, 50), st.integers(1, 4), st.lists(st.integers(0, 3), max_size=60), st.data())
def test_one_tenants_hundred_thousand_delay_anothers_one_by_a_slot_at_most(before, slots, ends, data):
    market = Market({"whale": 100_000}, slots=slots)
    for _ in range(before):
        while market.claim():
            pass
        market.end(data.draw(st.integers(0, 3)))
    market.work["minnow"] = 1
    passed_over = 0
    for place in [*ends, 0, 0]:
        served = market.claim()
        if served == "minnow":
            break
        passed_over += served == "whale"
        market.end(place)
    assert passed_over <= 1
    assert "minnow" in market.served


@given(
    st.dictionaries(st.sampled_from("abcde"), st.integers(100, 200), min_size=2),
    st.integers(1, 6),
    st.lists(st.integers(0, 9), min_size=20, max_size=60),
)
def test_tenants_who_all_wait_have_the_same_slots_but_for_one_whatever_ends_first(work, slots, ends):
    market = Market(work, slots=slots)
    for place in ends:
        while market.claim():
            pass
        counts = Counter(market.running)
        assert max(counts.values()) - min(counts[tenant] for tenant in work) <= 1
        market.end(place)
    if slots == 1:
        served = Counter(market.served)
        assert max(served.values()) - min(served[tenant] for tenant in work) <= 1


@given(
    st.dictionaries(st.sampled_from("abc"), st.integers(0, 20), min_size=1),
    st.dictionaries(st.sampled_from("abc"), st.integers(0, 3)),
    st.none() | st.integers(1, 3),
    st.lists(st.integers(0, 9), max_size=40),
)
def test_nobody_runs_more_than_its_cap_and_the_slots_are_not_left_empty(work, caps, each, ends):
    market = Market(work, slots=6, caps=Caps(each=each, tenants=caps))
    for place in [*ends, 0]:
        while market.claim():
            pass
        counts = Counter(market.running)
        for tenant, left in market.work.items():
            cap = market.caps.of(tenant)
            assert cap is None or counts[tenant] <= cap
            if left and len(market.running) < market.slots:
                assert cap is not None
                assert counts[tenant] == cap
        market.end(place)


def test_who_weighs_three_times_as_much_has_three_times_as_many_slots_while_both_wait():
    running: Counter[str] = Counter()
    for _ in range(8):
        lines = [line(tenant, Priority.NORMAL, weight=weight) for tenant, weight in (("heavy", 3), ("light", 1))]
        counts = {(tenant, Priority.NORMAL): number for tenant, number in running.items()}
        served = Turns(lines, Shares(), running=counts, caps=Caps()).next()
        assert served is not None
        running[served.tenant_id] += 1
    assert running == {"heavy": 6, "light": 2}


def test_a_cap_that_an_operator_set_goes_before_that_of_the_settings():
    caps = Caps(each=5, tenants={"own": 4})
    running = {("own", Priority.NORMAL): 2, ("others", Priority.NORMAL): 2}
    lines = [line("own", Priority.NORMAL, cap=2), line("others", Priority.NORMAL)]
    turns = Turns(lines, Shares(), running=running, caps=caps)
    assert turns.capped
    assert (turns.spare(lines[0]), turns.spare(lines[1])) == (0, 3)
    served = turns.next()
    assert served is not None
    assert served.tenant_id == "others"


def line(tenant: str, priority: Priority, **how) -> Line:
    return Line(**{"tenant_id": tenant, "priority": priority, "need": NEED, "oldest": START, "turn": 0, **how})


def test_a_line_that_has_nothing_for_us_costs_its_priority_no_turn():
    high, low = line("a", Priority.HIGH), line("b", Priority.LOW)
    shares = Shares()
    for _ in range(50):
        turns = Turns([high, low], shares, running={}, caps=Caps())
        assert turns.next() is high
        turns.leave(high)
        assert turns.next() is low
        turns.leave(low)
        assert turns.next() is None


def test_a_tenants_line_that_has_waited_longest_goes_first():
    first = line("a", Priority.LOW, oldest=START - timedelta(days=1), need=Need(runtime="c"))
    turns = Turns([line("a", Priority.LOW), first], Shares(), running={}, caps=Caps())
    assert turns.next() is first
    assert not turns.compete
