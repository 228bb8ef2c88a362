"""Each kind of blow once, and each server away for a moment, under load. `make chaos` goes on for minutes."""

import pytest

from tests.chaos.storm import BLOWS, storm


@pytest.mark.timeout(400)
def test_whatever_is_killed_each_acknowledged_evaluation_ends_once() -> None:
    report = storm(seconds=1, outage_seconds=6, seed=0, clients=2)
    assert report.adds_up, "\n".join(report.lines())
    assert set(report.seen.blows) == set(BLOWS)
    assert [outage.answers[503] > 0 for outage in report.seen.outages] == [False, True]
    assert report.acknowledged > 20
    assert report.attempts_lost > 0
