import pytest

from crucible.cli.sizes import in_words, parse_size


@pytest.mark.parametrize(
    ("text", "size"),
    [("65536", 65536), ("512M", 512 * 1024**2), ("1.5G", 3 * 1024**3 // 2), ("2 KiB", 2048), ("1mb", 1024**2)],
)
def test_sizes_are_read_as_people_write_them(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "M", "-1", "1T", "nan", "1e9", "9" * 16])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no size"):
        parse_size(text)


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (10 * 1024**2, "10.0 MiB"), (1024**3, "1.0 GiB")],
)
def test_sizes_are_told_as_people_read_them(size: int, text: str) -> None:
    assert in_words(size) == text
