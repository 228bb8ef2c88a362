"""The figures, side by side with what they should be."""

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from operator import le
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.timing import Timed


@dataclass(frozen=True, slots=True)
class Row:
    """One thing measured. `reached` is None where there is no target."""

    what: str
    measured: str
    ratio: str = ""
    target: str = ""
    reached: bool | None = None

    def verdict(self) -> str:
        """Return whether the target was reached, in a word."""
        return {None: "", True: "reached", False: "missed"}[self.reached]

    def cells(self, *, ratios: bool = True) -> tuple[str, ...]:
        """Return the row as the table shows it, where that has ratios or where it hasn't."""
        return (self.what, self.measured, *([self.ratio] if ratios else []), self.target, self.verdict())


BEGIN = "<!-- benchmarks -->\n"
END = "\n<!-- /benchmarks -->"
_WIDTH = 120


@dataclass(frozen=True, slots=True)
class Report:
    """All that one run of the benchmarks found."""

    host: str
    rows: tuple[Row, ...]
    figures: Mapping[str, Any]
    """The same and more, as numbers, for whoever compares runs."""

    @property
    def ratios(self) -> bool:
        """Whether anything of it is compared with bare Python."""
        return any(row.ratio for row in self.rows)

    @property
    def headings(self) -> tuple[str, ...]:
        """What stands above each column."""
        return ("what", "measured", *(["times bare Python"] if self.ratios else []), "target", "")

    @property
    def missed(self) -> bool:
        """Whether a target was missed."""
        return any(row.reached is False for row in self.rows)


def timed_row(timed: Timed, baseline: Timed, target: float | None = None, tail: float | None = None) -> Row:
    """Return a row of milliseconds and ratios to the baseline, p50 and p99, which `target` and `tail` bound."""
    bounds = {name: bound for name, bound in (("p50", target), ("p99", tail)) if bound}
    ratios = [timed.percentile(percent) / baseline.percentile(percent) for percent in (50, 99)]
    return Row(
        what=timed.name,
        measured=" / ".join(f"{timed.percentile(percent) * 1000:.1f}" for percent in (50, 99)) + " ms",
        ratio=f"{ratios[0]:.2f} / {ratios[1]:.2f}",
        target=", ".join(f"{name} ≤ {bound:g}" for name, bound in bounds.items()),
        reached=all(map(le, ratios, bounds.values())) if bounds else None,
    )


def wide_console() -> Console:
    """Return what a report is printed on, which breaks no row where it is no terminal."""
    return Console(width=None if sys.stdout.isatty() else _WIDTH)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Have a command take where else to write what it found."""
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    parser.add_argument(
        "--markdown", type=Path, metavar="FILE", help="write the table there, or between its marks"
    )


def conclude(report: Report, console: Console, options: argparse.Namespace) -> int:
    """Print the table, and write what the options say; return the exit code: 1 where a target was missed."""
    show(report, console)
    if options.json:
        options.json.write_text(json.dumps(report.figures, indent=2) + "\n")
    if options.markdown:
        write_markdown(report, options.markdown)
    return 1 if report.missed else 0


def show(report: Report, console: Console) -> None:
    """Print the table."""
    table = Table(title="How fast Crucible is", caption=report.host, caption_justify="left")
    for heading in report.headings:
        table.add_column(heading, justify="left" if heading in {"what", ""} else "right")
    for row in report.rows:
        style = {None: None, True: "green", False: "red"}[row.reached]
        table.add_row(*row.cells(ratios=report.ratios), style=style)
    console.print(table)


def markdown(report: Report) -> str:
    """Return the table as README shows it."""
    sides = [" --- |" if heading in {"what", ""} else " ---: |" for heading in report.headings]
    lines = ["| " + " | ".join(report.headings) + " |", "|" + "".join(sides)]
    lines += ["| " + " | ".join(row.cells(ratios=report.ratios)) + " |" for row in report.rows]
    return "\n".join([*lines, "", f"{report.host}.", ""])


def write_markdown(report: Report, path: Path) -> None:
    """Write the table to a file, in the place of an earlier one where the file marks that."""
    table = markdown(report)
    before, begin, rest = path.read_text().partition(BEGIN) if path.exists() else ("", "", "")
    _, end, after = rest.partition(END)
    path.write_text(f"{before}{begin}\n{table}{end}{after}" if end else table)
