"""What `crucible up` needs and refuses before it starts anything. Its life is in tests/end_to_end."""

import subprocess
import sys

import pytest

from tests.cli.conftest import Command


@pytest.mark.parametrize(
    ("words", "variable", "complaint"),
    [
        (["--port", "70000"], {}, "--port: must be less than or equal to 65535"),
        ([], {"CRUCIBLE_PORT": "many"}, "CRUCIBLE_PORT: must be a valid integer"),
        ([], {"CRUCIBLE_SLOTS": "0"}, "CRUCIBLE_SLOTS: must be greater than or equal to 1"),
        (
            [],
            {"CRUCIBLE_WEIGHTS": '{"high": 1, "normal": 1, "low": 0}'},
            "CRUCIBLE_WEIGHTS of low: must be greater than or equal to 1",
        ),
        (["--host", "0.0.0.0"], {}, "--allow-remote says that this is meant"),
    ],
)
def test_a_setting_that_can_not_be_is_named(
    command: Command, monkeypatch: pytest.MonkeyPatch, words: list[str], variable: dict[str, str], complaint: str
) -> None:
    for name, value in variable.items():
        monkeypatch.setenv(name, value)
    done = command("up", *words)
    assert done.code == 1
    assert complaint in done.err
    assert "Traceback" not in done.err


def test_it_needs_nothing_of_what_only_the_scaled_out_form_does() -> None:
    absent = "import sys\nfor name in ('celery', 'flower', 'psycopg', 'redis'): sys.modules[name] = None\n"
    subprocess.run([sys.executable, "-c", f"{absent}import crucible.cli.up, crucible.embedded.server"], check=True)
