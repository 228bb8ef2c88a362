"""`crucible log-level`: how much every process writes to its log, raised for a while without a restart."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from crucible.cli.options import DEFAULT_URL, Json, Url
from crucible.cli.rendering import duration, print_json
from crucible.cli.server import connected
from crucible.domain.answer import LONGEST_LOG_MINUTES, LogLevel, LogLevelRequest
from crucible.domain.log_level import Level

_MINUTES = LogLevelRequest.model_fields["minutes"].default


def log_level(
    level: Annotated[
        Level | None,
        typer.Argument(metavar="LEVEL", help="debug, info, warning or error; none: show it.", show_default=False),
    ] = None,
    *,
    minutes: Annotated[
        int | None,
        typer.Option(
            "--for", metavar="MINUTES", min=1, max=LONGEST_LOG_MINUTES, help=f"{_MINUTES} where not given."
        ),
    ] = None,
    usual: Annotated[bool, typer.Option("--usual", help="As each process's settings say again.")] = False,
    json: Json = False,
    url: Url = DEFAULT_URL,
) -> None:
    """Show how much is written to the log, or have every process write more or less for a while."""
    if level is None and minutes is not None:
        raise typer.BadParameter("--for says how long a LEVEL holds: name one")
    if level is not None and usual:
        raise typer.BadParameter("a LEVEL and --usual exclude each other")
    with connected(url) as crucible:
        if usual:
            crucible.operations.withdraw_log_level()
            return
        if level is None:
            found = crucible.operations.log_level()
        else:
            found = crucible.operations.set_log_level(LogLevelRequest(level=level, minutes=minutes or _MINUTES))
    if json:
        print_json(found)
    else:
        typer.echo(_told(found))


def _told(found: LogLevel) -> str:
    if found.until is None:
        return f"{found.level}, as the server's settings say"
    left = max(0.0, (found.until - datetime.now(UTC)).total_seconds())
    return f"{found.level} in every process for {duration(left)}; `crucible log-level --usual` ends it"
