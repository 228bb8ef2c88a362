import pytest

from crucible.api.byte_range import ByteRange, parse_range


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("bytes=0-0", ByteRange(0, 1)),
        ("bytes=-100", ByteRange(0, 10)),
        ("bytes= 2-3 ", ByteRange(2, 4)),
        ("bytes=-", None),
        ("bytes=5-4", None),
        ("bytes=0-1,3-4", None),
        ("lines=0-1", None),
        ("bytes=a-b", None),
        ("bytes=\u0661-\u0662", None),
    ],
)
def test_one_range_is_read_and_anything_else_means_everything(
    header: str | None, expected: ByteRange | None
) -> None:
    assert parse_range(header, 10) == expected


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=10-20", "bytes=-0"])
def test_a_range_behind_the_end_is_refused(header: str) -> None:
    with pytest.raises(ValueError, match="there are 10 bytes"):
        parse_range(header, 10)


def test_nothing_has_no_range() -> None:
    with pytest.raises(ValueError, match="there are 0 bytes"):
        parse_range("bytes=0-", 0)
