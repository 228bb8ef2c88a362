from dataclasses import replace

import pytest

from benchmarks.soak import Held, growth

FLAT = Held(evaluations=0, seconds=0, memory_bytes=10**8, descriptors=50, processes=4, mounts=30, cgroups=12)


def test_what_fills_in_the_first_rounds_is_not_growth():
    assert growth([replace(FLAT, memory_bytes=10**7, descriptors=10), *[FLAT] * 9]) == []


@pytest.mark.parametrize(
    ("what", "value"),
    [("memory_bytes", 2 * 10**8), ("descriptors", 80), ("processes", 20), ("mounts", 60), ("cgroups", 40)],
)
def test_whatever_grows_is_named(what: str, value: int):
    (found,) = growth([*[FLAT] * 9, *[replace(FLAT, **{what: value})] * 3])
    assert found.startswith(what.removesuffix("_bytes"))


def test_sandboxes_that_come_and_go_are_not_growth():
    more = replace(FLAT, descriptors=101, processes=10, cgroups=40)
    assert growth([*[FLAT, more] * 10, more]) == []
