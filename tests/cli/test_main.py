"""The command line's frame: help at once, versions, and errors in words."""

import shlex
import signal
import subprocess
import sys

import pytest

from crucible import __version__
from crucible.cli.main import COMMANDS, _tell, build
from crucible.domain.errors import FieldError, InvalidRequestError
from tests.cli.conftest import Command

HEAVY = ("fastapi", "sqlalchemy", "uvicorn", "httpx2", "alembic")


def test_help_names_every_command(command: Command) -> None:
    done = command("--help")
    assert done.code == 0
    text = done.out.decode()
    assert all(each.name in text and each.summary.partition(",")[0] in text for each in COMMANDS)


@pytest.mark.parametrize("name", [each.name for each in COMMANDS])
def test_each_command_explains_itself(command: Command, name: str) -> None:
    done = command(name, "--help")
    assert done.code == 0
    assert "Usage: crucible " + name in done.out.decode()


@pytest.mark.parametrize("example", [each.example for each in COMMANDS if each.example])
def test_an_example_has_only_commands_and_options_that_there_are(command: Command, example: str) -> None:
    for part in example.replace("xargs ", "").split(" | "):
        program, *words = shlex.split(part.partition(" -- ")[0])
        if program == "crucible":
            told = command(words[0], "--help").out.decode()
            if "COMMAND [ARGS]" in told:
                told = command(*words[:2], "--help").out.decode()
            assert "Usage: crucible " + words[0] in told
            assert all(word in told for word in words if word.startswith("-")), part


def test_help_loads_nothing_heavy() -> None:
    check = (
        "import sys\nfrom crucible.cli.main import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        f"sys.stderr.write(' '.join(set({HEAVY!r}) & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stderr == ""


def test_ctrl_c_while_a_command_loads_ends_it_without_a_word() -> None:
    check = (
        "import os, signal, sys\n"
        "class Pressed:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'typer': os.kill(os.getpid(), signal.SIGINT)\n"
        "from crucible.__main__ import main\n"
        "sys.meta_path.insert(0, Pressed())\n"
        "main()"
    )
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, "", "")


def test_a_client_command_loads_no_server() -> None:
    check = f"import sys, crucible.cli.run\nsys.stderr.write(' '.join(set({HEAVY!r}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stderr == "httpx2"


def test_the_version_is_told(command: Command) -> None:
    assert command("--version").out.decode() == f"crucible {__version__}\n"


def test_an_unknown_command_is_misuse(command: Command) -> None:
    assert command("dance").code == 2


def test_every_mistake_of_a_request_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    errors = (FieldError("a", "must be 1"), FieldError("b", "must be 2"))
    _tell(InvalidRequestError("a: must be 1 (and 1 more)", errors=errors))
    assert capsys.readouterr().err == "crucible: a: must be 1 (and 1 more)\n  b: must be 2\n"


def test_completion_loads_the_command_that_is_being_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMP_WORDS", "crucible run --wa")
    from crucible.cli.main import _requested  # noqa: PLC0415 - as the shell would have it

    assert _requested([]) == "run"
    assert build("run").registered_commands[0].callback.__name__ == "run"  # type: ignore[union-attr]
