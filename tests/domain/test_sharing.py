"""The weights as a policy of its own: held for any weights and any order in which work comes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crucible.domain.evaluation import Priority
from crucible.domain.sharing import DEFAULT_WEIGHTS, Caps, Shares

WEIGHTS = st.fixed_dictionaries({priority: st.integers(1, 20) for priority in Priority})
WAITING = st.sets(st.sampled_from(list(Priority)), min_size=1)


def serve(shares: Shares, waiting: set[Priority]) -> Priority:
    served = shares.next(waiting)
    shares.serve(served, waiting)
    return served


@given(WEIGHTS, st.integers(1, 5))
def test_while_all_wait_each_is_served_as_its_weight_says(weights: dict[Priority, int], rounds: int):
    shares, total = Shares(weights), sum(weights.values())
    served = [serve(shares, set(Priority)) for _ in range(rounds * total)]
    assert {priority: served.count(priority) for priority in Priority} == {
        priority: rounds * weight for priority, weight in weights.items()
    }


@given(WEIGHTS, st.sampled_from(list(Priority)), st.lists(WAITING, min_size=1, max_size=200))
def test_nothing_that_waits_is_passed_over_for_longer_than_the_others_weights_allow(weights, patient, others):
    """Whatever comes and goes beside it; from the default weights, low waits for 20 others at the most."""
    shares, passed_over = Shares(weights), 0
    longest = sum(weights.values()) * len(Priority)
    for waiting in others:
        passed_over = 0 if serve(shares, {patient, *waiting}) is patient else passed_over + 1
        assert passed_over < longest


@given(st.lists(WAITING, max_size=100))
def test_only_what_waits_is_served(waits: list[set[Priority]]):
    shares = Shares()
    assert all(serve(shares, waiting) in waiting for waiting in waits)


def test_the_highest_goes_first_and_low_is_served_once_in_21():
    shares = Shares()
    served = [serve(shares, set(Priority)) for _ in range(21)]
    assert served[0] is Priority.HIGH
    assert served.count(Priority.LOW) == DEFAULT_WEIGHTS[Priority.LOW] == 1


def test_what_does_not_wait_saves_nothing_up():
    shares = Shares()
    for _ in range(1000):
        serve(shares, {Priority.LOW})
    assert [serve(shares, set(Priority)) for _ in range(3)].count(Priority.HIGH) >= 2


@pytest.mark.parametrize(
    "weights", [{}, {Priority.HIGH: 1}, dict.fromkeys(Priority, 0), {**DEFAULT_WEIGHTS, "low": 0}]
)
def test_a_weight_of_zero_is_none(weights: dict[Priority, int]):
    with pytest.raises(ValueError, match="wait for ever"):
        Shares(weights)


def test_a_tenants_own_cap_goes_before_that_of_all():
    caps = Caps(each=4, tenants={"tn_a": 1})
    assert (caps.of("tn_a"), caps.of("tn_b"), Caps().of("tn_a")) == (1, 4, None)
    assert (caps.any, Caps().any) == (True, False)
