import pytest

from benchmarks.gvisor import rows
from benchmarks.timing import Timed


@pytest.mark.parametrize(
    ("warm", "cold", "reached"), [(0.020, 0.3, True), (0.021, 0.3, False), (0.010, 0.1, True), (0.011, 0.1, False)]
)
def test_a_warm_container_is_quick_by_the_clock_or_a_tenth_of_a_quick_cold_one(
    warm: float, cold: float, reached: bool
):
    *_, row = rows(Timed("warm", [warm]), Timed("cold", [cold]))
    assert row.reached is reached
