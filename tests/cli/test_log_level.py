"""`crucible log-level` against a real server."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cli.conftest import Command
from tests.serving import Serving

pytestmark = pytest.mark.usefixtures("level", "server")


@pytest.fixture
def level() -> Iterator[None]:
    """Keep this process's level, which is the server's as well."""
    before = logging.getLogger().level
    yield
    logging.getLogger().setLevel(before)


def answered(command: Command, *words: str) -> dict[str, Any]:
    """Return what is told in JSON; the server's log, in the same process, may be among it."""
    (line,) = [line for line in command("log-level", *words, "--json").out.splitlines() if line.startswith(b"{")]
    found: dict[str, Any] = json.loads(line)
    return found


def test_the_level_is_raised_for_a_while_shown_and_given_back(command: Command) -> None:
    assert b"error in every process for " in command("log-level", "error", "--for", "30").out
    assert logging.getLogger().level == logging.ERROR
    raised = answered(command)
    assert raised["level"] == "error"
    assert raised["until"] is not None
    assert b"`crucible log-level --usual` ends it" in command("log-level").out
    assert command("log-level", "--usual").code == 0
    assert answered(command)["until"] is None
    assert b"as the server's settings say" in command("log-level").out


def test_a_level_holds_for_an_hour_where_no_time_is_given(command: Command) -> None:
    command("log-level", "warning")
    assert b"warning in every process for 59 min" in command("log-level").out


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["loud"], "'loud' is not one of"),
        (["debug", "--for", "1441"], "less than or equal to 1440"),
        (["--for", "5"], "name one"),
        (["debug", "--usual"], "exclude each other"),
    ],
)
def test_what_can_not_be_meant_is_refused(command: Command, words: list[str], why: str) -> None:
    done = command("log-level", *words)
    assert done.code == 2
    assert why in done.err


def test_nothing_is_set_by_what_is_refused(command: Command, server: Serving) -> None:
    command("log-level", "debug", "--for", "0")
    assert answered(command, "--url", server.url)["until"] is None
