"""How a role is started by a command: its tables first, and for as long as it takes."""

import signal
import time
from collections.abc import Callable, Coroutine
from typing import Any, NoReturn

import structlog
import typer
import uvloop

from crucible.cli.exit_codes import INTERRUPTED
from crucible.database.migrate import migrate
from crucible.domain.errors import StorageUnavailableError
from crucible.settings import Settings

_AGAIN_SECONDS = 0.5
_REMIND_SECONDS = 60.0
"""How often it is said that the database isn't there yet, for as long as the reason is the same."""
_log = structlog.stdlib.get_logger(__name__)


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
