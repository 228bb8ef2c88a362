import pytest

from benchmarks.worker_memory import Held, growth


def held(*mebibytes: int) -> list[Held]:
    return [Held(1000 * place, float(place), size << 20) for place, size in enumerate(mebibytes, 1)]


def test_what_fills_caches_at_first_and_goes_up_and_down_is_flat():
    assert growth(held(50, 70, 80, 90, 95, 91, 97, 90, 93, 91, 98, 90)) == 1.0


def test_what_grows_with_each_thousand_is_told_by_how_much():
    assert growth(held(*range(80, 200, 10))) == pytest.approx(170 / 110)
