import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crucible.database.sketches import LEAST_SECONDS, RELATIVE_ERROR, Sketch

SECONDS = st.floats(min_value=0, max_value=1e7) | st.floats(min_value=0, max_value=1e-3)
MANY = st.lists(SECONDS, max_size=50)
PERCENTS = (1, 50, 95, 99, 100)


@given(MANY.filter(bool))
def test_a_percentile_is_within_the_error_of_what_stands_at_the_nearest_rank(values: list[float]):
    ordered, sketch = sorted(values), Sketch.of(values)
    for percent in PERCENTS:
        exact = max(ordered[math.ceil(len(ordered) * percent / 100) - 1], LEAST_SECONDS)
        assert abs(sketch.at_percent(percent) - exact) <= RELATIVE_ERROR * exact


@given(st.integers(min_value=-600, max_value=1200), st.sampled_from((-1, 0, 1)))
def test_a_value_at_the_edge_of_a_bucket_is_told_within_the_error_of_either(power: int, nudge: int):
    edge = 1.02**power
    value = edge if nudge == 0 else math.nextafter(edge, math.inf * nudge)
    assert abs(Sketch.of([value]).at_percent(50) - value) <= RELATIVE_ERROR * value


@given(st.lists(MANY, max_size=6), st.randoms())
def test_sketches_that_are_added_are_the_sketch_of_all_in_whatever_order(parts: list[list[float]], chance):
    whole = Sketch.of(value for part in parts for value in part)
    sketches = [Sketch.of(part) for part in parts]
    while len(sketches) > 1:
        chance.shuffle(sketches)
        sketches.append(Sketch.together([sketches.pop(), sketches.pop()]))
    assert Sketch.together(sketches) == Sketch.together(map(Sketch.of, parts)) == whole


def test_what_is_missing_is_not_counted_and_what_has_no_length_is_a_microsecond():
    assert Sketch.of([None]) == Sketch.of([])
    assert Sketch.of([0.0, -1e-5, None]).at_percent(99) == pytest.approx(LEAST_SECONDS, rel=RELATIVE_ERROR)


def test_nothing_has_no_percentile():
    with pytest.raises(ValueError, match="nothing is counted"):
        Sketch.of([]).at_percent(50)
