"""The documentation's tables say what the code says."""

import json
import re
from collections.abc import Iterator
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from annotated_types import Ge, Le

from crucible.domain import errors, evaluation, sandbox
from crucible.domain.limits import GIB, KIB, MIB, Limits
from crucible.domain.outcome import Fault, Outcome
from crucible.domain.pipeline import OnFailure, PipelineState, StageStatus
from crucible.domain.status import TRANSITIONS, Status
from crucible.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
_LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")


def rows(page: str, first_heading: str) -> list[list[str]]:
    """Return the cells of the page's table whose first column has this heading, code marks taken off."""
    lines = iter((DOCS / page).read_text().splitlines())
    next(line for line in lines if line.startswith(f"| {first_heading} |"))
    next(lines)
    return [[cell.strip().replace("`", "") for cell in line.strip("|").split("|")] for line in _while_table(lines)]


def _while_table(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        if not line.startswith("|"):
            return
        yield line


def in_words(number: float | None, *, bytes_: bool) -> str:
    if number is None:
        return "none"
    for size, unit in ((GIB, "GiB"), (MIB, "MiB"), (KIB, "KiB")):
        if bytes_ and number % size == 0:
            return f"{number // size} {unit}"
    return f"{number:,g}" if number < 1_000 else f"{number:,.0f}"


def bounds(annotation: Any) -> tuple[float, float]:
    """Return the least and the most that an annotated number admits."""
    metadata = getattr(annotation, "__metadata__", ())
    if not metadata:
        return bounds(get_args(annotation)[0])
    return (
        next(bound.ge for bound in metadata if isinstance(bound, Ge)),
        next(bound.le for bound in metadata if isinstance(bound, Le)),
    )


def problem_types(kind: type[errors.CrucibleError] = errors.CrucibleError) -> Iterator[tuple[str, int]]:
    yield kind.slug, kind.status
    for narrower in kind.__subclasses__():
        if narrower.__module__ == errors.__name__:
            yield from problem_types(narrower)


def test_the_table_of_statuses_has_each_status_and_its_moves() -> None:
    documented = {row[0]: {move for move in row[2].split(", ") if move} for row in rows("outcomes.md", "status")}
    assert documented == {status.value: {move.value for move in TRANSITIONS[status]} for status in Status}


def test_the_table_of_outcomes_has_each_outcome_its_fault_and_its_status() -> None:
    documented = [tuple(row[:3]) for row in rows("outcomes.md", "outcome")]
    assert documented == [(outcome.value, outcome.fault.value, outcome.status.value) for outcome in Outcome]


def test_the_table_of_faults_has_each_fault() -> None:
    assert [row[0] for row in rows("outcomes.md", "fault")] == [fault.value for fault in Fault]


def test_the_tables_of_pipelines_have_each_status_state_and_answer_to_a_failure() -> None:
    for heading, words in (("status", StageStatus), ("state", PipelineState), ("on_failure", OnFailure)):
        assert [row[0] for row in rows("pipelines.md", heading)] == [word.value for word in words]


def test_the_table_of_limits_has_each_limit_its_default_and_its_bounds() -> None:
    hints = get_type_hints(Limits, include_extras=True)
    expected = []
    for field in fields(Limits):
        numbers = (field.default, *bounds(hints[field.name]))
        bytes_ = field.name.endswith("_bytes")
        expected.append([field.name, *(in_words(number, bytes_=bytes_) for number in numbers)])
    assert [row[:4] for row in rows("limits.md", "limit")] == expected


def test_the_table_of_a_submissions_bounds_has_each_bound() -> None:
    size = partial(in_words, bytes_=True)
    count = partial(in_words, bytes_=False)
    assert dict(rows("limits.md", "what")) == {
        "code": size(evaluation.MAXIMUM_CODE_BYTES),
        "files": f"{count(evaluation.MAXIMUM_FILES)}, together {size(evaluation.MAXIMUM_INPUT_BYTES)}",
        "stdin": size(evaluation.MAXIMUM_INPUT_BYTES),
        "argv, env": f"less than {size(evaluation.MAXIMUM_ARGUMENTS_BYTES + 1)} each",
        "labels": count(evaluation.MAXIMUM_LABELS),
        "evaluations in one request": count(evaluation.MAXIMUM_BATCH),
        "files collected after the end": f"{count(sandbox.MAXIMUM_COLLECTED_FILES)}, "
        f"together {size(sandbox.MAXIMUM_COLLECTED_BYTES)}, {count(sandbox.MAXIMUM_COLLECTED_DEPTH)} folders deep",
    }


def test_the_table_of_problems_has_each_error_and_its_status() -> None:
    documented = {(row[0], int(row[1])) for row in rows("problems.md", "type `urn:crucible:problem:…`")}
    assert documented == set(problem_types())


def test_the_table_of_settings_has_each_setting_and_its_default() -> None:
    documented = {row[0].removeprefix("CRUCIBLE_").lower(): row[1] for row in rows("settings.md", "variable")}
    assert set(documented) == set(Settings.model_fields)
    for name, field in Settings.model_fields.items():
        if field.default_factory is None and field.default is not None:
            shown = documented[name]
            value = json.loads(shown) if shown.startswith("[") else shown
            assert getattr(Settings.model_validate({name: value}), name) == field.default


@pytest.mark.parametrize(
    "page", sorted(ROOT.glob("*.md")) + sorted(DOCS.rglob("*.md")), ids=lambda page: page.name
)
def test_every_link_within_the_tree_leads_somewhere(page: Path) -> None:
    dead = [link for link in _LINK.findall(page.read_text()) if not (page.parent / link).exists()]
    assert dead == []


def test_every_decision_is_in_the_list_of_decisions() -> None:
    listed = re.findall(r"\((\d{4}-[^)]+\.md)\)", (DOCS / "adr" / "README.md").read_text())
    assert listed == sorted(path.name for path in (DOCS / "adr").glob("[0-9]*.md"))


PAGES = sorted([*ROOT.glob("*.md"), *DOCS.glob("*.md")])
"""Decisions are left out: they speak of the time when they were made."""


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_each_file_that_a_page_names_is_there(page: Path) -> None:
    named = re.findall(
        r"`((?:crucible|tests|docs|examples|benchmarks|scripts|deploy|web)/[\w./-]+)`", page.read_text()
    )
    assert [name for name in named if not (ROOT / name).exists()] == []
