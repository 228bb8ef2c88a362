from datetime import UTC, datetime, timedelta

import pytest

from crucible.cli.rendering import _tail, age

NOW = datetime(2026, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-5, "0 s ago"), (59, "59 s ago"), (60, "1 min ago"), (7200, "2 h ago"), (200_000, "2 d ago")],
)
def test_age_is_told_in_the_largest_unit_that_says_enough(seconds: int, text: str) -> None:
    assert age(NOW - timedelta(seconds=seconds), NOW) == text


def test_long_output_is_shown_by_its_end() -> None:
    shown = _tail("a" * 5000 + "end")
    assert shown.startswith("\u2026")
    assert shown.endswith("end")
    assert len(shown) < 2100
