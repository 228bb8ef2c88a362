from pathlib import Path

from benchmarks.report import BEGIN, END, Report, Row, markdown, timed_row, write_markdown
from benchmarks.timing import Timed

BARE = Timed("bare", [0.010])


def test_a_ratio_over_its_target_is_missed() -> None:
    assert timed_row(Timed("x", [0.040]), BARE, 4).reached is True
    assert timed_row(Timed("x", [0.041]), BARE, 4).reached is False
    assert timed_row(Timed("x", [0.041]), BARE).reached is None


def test_one_missed_target_makes_the_report_say_so() -> None:
    assert Report("host", (Row("a", "1"), Row("b", "2", reached=False)), {}).missed
    assert not Report("host", (Row("a", "1"), Row("b", "2", reached=True)), {}).missed


def test_a_table_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"# Page\n\n{BEGIN}\nearlier{END}\n\nafter\n")
    report = Report("host", (Row("a", "1 ms"),), {})
    for _ in range(2):
        write_markdown(report, page)
    assert page.read_text() == f"# Page\n\n{BEGIN}\n{markdown(report)}{END}\n\nafter\n"


def test_a_page_without_a_place_for_it_becomes_the_table(tmp_path: Path) -> None:
    report = Report("host", (), {})
    write_markdown(report, tmp_path / "table.md")
    assert (tmp_path / "table.md").read_text() == markdown(report)
