"""Options that are declared once, as the fields of a dataclass."""

from dataclasses import dataclass
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from crucible.cli.option_groups import spread


@dataclass(frozen=True, kw_only=True)
class Near:
    town: Annotated[str, typer.Option("--town")] = "Ulm"


@dataclass(frozen=True, kw_only=True)
class Address(Near):
    street: Annotated[str, typer.Argument()]


def test_a_dataclass_is_given_as_the_options_that_are_its_fields() -> None:
    app = typer.Typer()

    @app.command()
    @spread
    def send(to: Address, *, times: int = 1) -> None:
        typer.echo(f"{to.street}, {to.town}: {times}")

    run = CliRunner().invoke
    assert run(app, ["Weg 1"]).output == "Weg 1, Ulm: 1\n"
    assert run(app, ["Weg 1", "--town", "Bonn", "--times", "2"]).output == "Weg 1, Bonn: 2\n"
    assert run(app, []).exit_code == 2  # a field without a default is required


def test_a_name_that_stands_twice_is_refused_when_the_command_is_declared() -> None:
    with pytest.raises(ValueError, match="town"):

        @spread
        def send(to: Address, town: str) -> None:
            """Never called."""
