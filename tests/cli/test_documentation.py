"""What README and docs say to type is understood, and their Python runs."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main

from crucible.cli.main import COMMANDS, build
from tests.serving import Serving
from tests.test_documentation import PAGES, ROOT

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PLACES = frozenset({"crucible", ".venv/bin/crucible"})
_PYTHON = ("README.md", "docs/batches.md", "docs/pipelines.md")
"""Those whose Python needs nothing but a server; that of sessions runs beside their tests."""


def blocks(page: Path, *languages: str) -> Iterator[str]:
    return (text for language, text in _BLOCK.findall(page.read_text()) if language in languages)


def typed(page: Path) -> Iterator[list[str]]:
    """Yield what the page's blocks for a shell say to `crucible`."""
    for block in blocks(page, "sh", "console"):
        for line in block.replace("\\\n", " ").splitlines():
            yield from spoken(line.removeprefix("$ "))


def spoken(line: str) -> Iterator[list[str]]:
    """Yield the words of each `crucible ...` in a line for a shell, without `crucible`."""
    words: list[str] | None = None
    for word in [*_split(line), ";"]:
        if set(word) <= set(";|&()<>"):
            if words:
                yield words
            words = None
        elif words is not None:
            words.append(word)
        elif word in _PLACES:
            words = []


def _split(line: str) -> list[str]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars=";|&()<>")
    lexer.whitespace_split = True
    try:
        return list(lexer)
    except ValueError:  # output with an apostrophe in it
        return []


def parse(words: list[str]) -> None:
    """Have the words understood, and nothing done. Raises what the command line would tell of a misuse."""
    command = typer.main.get_command(build(words[0]))
    context = command.make_context("crucible", list(words), allow_extra_args=True)
    while hasattr(command, "resolve_command"):
        name, command, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        context = command.make_context(name, rest, parent=context)


@pytest.mark.parametrize(
    ("page", "words"),
    [pytest.param(page, words, id=f"{page.name}: {' '.join(words)}") for page in PAGES for words in typed(page)],
)
def test_each_command_that_a_page_shows_is_understood(
    page: Path,  # noqa: ARG001 - it is in the test's name
    words: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("nightly.py").touch()  # one option asks whether its file is there
    parse(words)


@pytest.mark.parametrize("example", [command.example for command in COMMANDS if command.example])
def test_each_example_of_the_help_is_understood(example: str) -> None:
    given = ["ev_1"] if "xargs" in example else []
    *before, last = spoken(example)
    for words in (*before, last + given):
        parse(words)


@pytest.mark.parametrize("page", _PYTHON)
def test_the_python_that_a_page_shows_runs(server: Serving, page: str) -> None:
    for block in blocks(ROOT / page, "python"):
        exec(f"from crucible.client import *\n{block}", {})  # noqa: S102 - it is our own
    assert server.executor.specs
