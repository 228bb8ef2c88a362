"""What a program is known by in a list."""

import pytest

from crucible.domain.first_line import MAXIMUM_FIRST_LINE, first_line


@pytest.mark.parametrize(
    ("program", "known_by"),
    [
        ("print(1)", "print(1)"),
        ("#!/bin/sh\n\n  echo hello\n", "echo hello"),
        ("import json\nfrom os import path\n# HumanEval/12\nx = 1", "# HumanEval/12"),
        ("import antigravity\n", "import antigravity"),
        ("\n \t\n", None),
        ("x = '\u202e\x1b[31m\x00'", "x = '  [31m '"),
        ("y" * 500, "y" * MAXIMUM_FIRST_LINE),
    ],
    ids=["one", "shell", "imports", "imports alone", "nothing", "hostile", "long"],
)
def test_a_program_is_known_by_its_first_line_that_says_something(program: str, known_by: str | None) -> None:
    assert first_line(program) == known_by
