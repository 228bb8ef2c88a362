import pytest

from benchmarks.timing import Subject, Timed, in_rounds


@pytest.mark.parametrize(("percent", "seconds"), [(0, 1.0), (50, 2.0), (51, 3.0), (99, 4.0), (100, 4.0)])
def test_a_percentile_is_the_nearest_rank(percent: float, seconds: float) -> None:
    assert Timed("any", [4.0, 1.0, 3.0, 2.0]).percentile(percent) == seconds


def test_every_round_runs_everything_so_that_a_slow_minute_slows_all() -> None:
    order: list[str] = []
    subjects = [Subject("a", lambda: order.append("a")), Subject("b", lambda: order.append("b"))]
    timed = in_rounds(subjects, rounds=2)
    assert order == ["a", "b"] * 3
    assert [len(timed[name].seconds) for name in "ab"] == [2, 2]


def test_what_is_slow_may_sit_out_rounds() -> None:
    timed = in_rounds([Subject("slow", lambda: None, every=5)], rounds=10)
    assert len(timed["slow"].seconds) == 2
