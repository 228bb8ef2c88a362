"""Settings as a command that starts something has them, and what is asked before it listens."""

import signal
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import structlog
import typer
import uvloop
from pydantic import ValidationError

from crucible.cli.exit_codes import INTERRUPTED
from crucible.database.migrate import migrate
from crucible.domain.errors import StorageUnavailableError
from crucible.roles.errors import CannotStartError
from crucible.roles.listener import is_loopback
from crucible.settings import Settings

_AGAIN_SECONDS = 0.5
_REMIND_SECONDS = 60.0
"""How often it is said that the database isn't there yet, for as long as the reason is the same."""
_FLAGS = {"worker_engines": "engine", "worker_labels": "label", "memory_bytes": "memory"}
"""Flags that are called otherwise than the setting that they give."""
_log = structlog.stdlib.get_logger(__name__)


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


def keep_starting(settings: Settings, role: Callable[[], Coroutine[Any, Any, signal.Signals]]) -> NoReturn:
    """Migrate the database and play a role, from the beginning again where the database isn't there yet.

    Roles and servers may start in any order, and a server may be away just then.
    """
    told, told_at = None, 0.0
    while True:
        try:
            migrate(settings.database_address)
            asked = uvloop.run(role())
        except StorageUnavailableError as error:
            if error.detail != told or time.monotonic() > told_at + _REMIND_SECONDS:
                told, told_at = error.detail, time.monotonic()
                _log.warning("waiting_for_the_database", reason=error.detail)
            time.sleep(_AGAIN_SECONDS)
        else:
            raise typer.Exit(INTERRUPTED if asked is signal.SIGINT else 0)


def tell(line: str) -> None:
    """Tell a person, or whoever started this, one thing on standard output, now."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
