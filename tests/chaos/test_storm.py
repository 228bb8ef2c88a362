"""Each kind of blow once, under load. `make chaos` goes on for minutes."""

import pytest

from tests.chaos.storm import BLOWS, storm


@pytest.mark.timeout(400)
def test_whatever_is_killed_each_acknowledged_evaluation_ends_once() -> None:
    report = storm(seconds=1, seed=0, clients=2)
    assert report.adds_up, "\n".join(report.lines())
    assert set(report.blows) == set(BLOWS)
    assert report.acknowledged > 20
    assert report.attempts_lost > 0
