import itertools
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pass_at_k import mean_pass_at_k, pass_at_k


@given(st.integers(1, 8).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n), st.integers(1, n))))
def test_it_is_the_share_of_draws_that_hold_a_passing_sample(case: tuple[int, int, int]) -> None:
    samples, passed, k = case
    draws = itertools.combinations([True] * passed + [False] * (samples - passed), k)
    assert pass_at_k(samples, passed, k) == pytest.approx(sum(map(any, draws)) / comb(samples, k))


def test_with_k_of_one_it_is_the_share_that_passed() -> None:
    assert pass_at_k(200, 50, 1) == pytest.approx(0.25)


def test_two_hundred_samples_and_k_of_a_hundred_are_exact() -> None:
    assert pass_at_k(200, 1, 100) == pytest.approx(0.5)


@pytest.mark.parametrize(("samples", "passed", "k"), [(5, 6, 1), (5, -1, 1), (5, 2, 6), (5, 2, 0)])
def test_what_can_not_be_is_refused(samples: int, passed: int, k: int) -> None:
    with pytest.raises(ValueError, match=r"samples"):
        pass_at_k(samples, passed, k)


def test_the_mean_is_over_problems_and_not_over_samples() -> None:
    assert mean_pass_at_k([(1, 1), (100, 0)], 1) == pytest.approx(0.5)


def test_a_problem_with_too_few_samples_leaves_the_mean_unsaid() -> None:
    assert mean_pass_at_k([(10, 3), (9, 9)], 10) is None
    assert mean_pass_at_k([], 1) is None
