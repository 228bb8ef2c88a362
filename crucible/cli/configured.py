"""Settings as a command that starts something has them, and what is asked before it listens."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer
from pydantic import ValidationError

from crucible.roles.errors import CannotStartError
from crucible.roles.listener import is_loopback
from crucible.settings import Settings

_FLAGS = {"worker_engines": "engine", "worker_labels": "label", "memory_bytes": "memory"}
"""Flags that are called otherwise than the setting that they give."""


def settings_with(**flags: str | float | bool | Path | list[str] | None) -> Settings:
    """Return the settings of the environment, over which flags go. Raises CannotStartError."""
    given: dict[str, Any] = {name: value for name, value in flags.items() if value is not None}
    try:
        settings = Settings(**given)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        within = "".join(f" of {part}" for part in first["loc"][1:] if part != "[key]")
        place = f"--{_FLAGS.get(name, name)}{within}" if name in given else f"CRUCIBLE_{name.upper()}{within}"
        message = first["msg"].replace("Input should", "must", 1).removeprefix("Value error, ")
        raise CannotStartError(f"{place}: {message}") from error
    return settings.model_copy(update={"data": settings.data.expanduser().resolve()})


def check_exposure(host: str, *, allowed: bool) -> None:
    """Warn of, or refuse to listen on, what other machines can reach. Raises CannotStartError."""
    if is_loopback(host):
        return
    if not allowed:
        raise CannotStartError(
            f"{host} can be reached from other machines, and whoever reaches it may run programs here: there is "
            "no authentication yet; --allow-remote says that this is meant"
        )
    typer.echo(
        f"warning: whoever can reach {host} may run programs here; there is no authentication yet", err=True
    )


@contextmanager
def scaled_out() -> Iterator[None]:
    """Say what to install where the packages lack that only roles of their own need. Raises CannotStartError."""
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name not in {"celery", "kombu", "psycopg", "redis"}:
            raise
        raise CannotStartError(
            f"the package {error.name} is not installed: pip install 'crucible[scaled]'"
        ) from error


def tell(line: str) -> None:
    """Tell a person, or whoever started this, one thing on standard output, now."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
