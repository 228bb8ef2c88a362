from datetime import UTC, datetime
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from crucible.domain.cron import check_cron, check_zone, firings

BERLIN = "Europe/Berlin"


def local(line: str, after: datetime, count: int, zone: str = BERLIN) -> list[str]:
    return [
        f"{moment.astimezone(ZoneInfo(zone)):%m-%d %H:%M%z}"
        for moment in islice(firings(line, zone, after), count)
    ]


def test_an_hour_that_is_left_out_fires_as_soon_as_it_is_over():
    before = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert local("30 2 * * *", before, 2) == ["03-29 03:00+0200", "03-30 02:30+0200"]


def test_an_hour_that_comes_twice_fires_once():
    before = datetime(2026, 10, 24, 12, tzinfo=UTC)
    assert local("30 2 * * *", before, 2) == ["10-25 02:30+0200", "10-26 02:30+0100"]


def test_what_fires_each_half_hour_does_so_in_both_hours_of_the_same_name():
    before = datetime(2026, 10, 24, 23, 45, tzinfo=UTC)
    assert local("*/30 * * * *", before, 5) == [
        "10-25 02:00+0200",
        "10-25 02:30+0200",
        "10-25 02:00+0100",
        "10-25 02:30+0100",
        "10-25 03:00+0100",
    ]


@pytest.mark.parametrize("line", ["30 2 * * *", "*/30 * * * *", "0 1-3 * * *"])
@pytest.mark.parametrize("day", [datetime(2026, 3, 28, 22, tzinfo=UTC), datetime(2026, 10, 24, 22, tzinfo=UTC)])
def test_beginning_anew_behind_each_firing_finds_the_same_ones(line: str, day: datetime):
    straight = list(islice(firings(line, BERLIN, day), 12))
    stepwise, after = [], day
    for _ in straight:
        after = next(firings(line, BERLIN, after))
        stepwise.append(after)
    assert stepwise == straight == sorted(set(straight))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("0 0 30 2 *", "never|ever fires"),
        ("0 0 31 4 *", "ever fires"),
        ("61 * * * *", "bad minute"),
        ("* * * * * *", "five fields"),
        ("@daily", "five fields"),
        ("", "five fields"),
        ("a b c d e", "bad minute"),
    ],
)
def test_a_line_that_never_fires_is_refused(line: str, said: str):
    with pytest.raises(ValueError, match=said):
        check_cron(line)


def test_blanks_in_a_line_mean_nothing():
    assert check_cron("  0\t6  * * MON-FRI ") == "0 6 * * MON-FRI"


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../etc/passwd", "", "Europe/", "/etc/localtime"])
def test_a_zone_that_is_none_is_refused(zone: str):
    with pytest.raises(ValueError, match="is not a time zone"):
        check_zone(zone)
