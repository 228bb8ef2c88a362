"""`crucible scheduler`: repairs what was lost, as a process of its own."""

from pathlib import Path
from typing import Annotated

import typer

from crucible.cli.configured import scaled_out, settings_with, tell
from crucible.cli.starting import keep_starting
from crucible.telemetry.logging import configure_logging


def scheduler(
    *,
    data: Annotated[Path | None, typer.Option(help="The folder of large outputs, shared with the server.")] = None,
) -> None:
    """Take lost leases back and ring again for what waits. More than one may run."""
    with scaled_out():
        from crucible.roles.schedule import schedule
        from crucible.roles.shared import require_addresses
    settings = settings_with(data=data)
    require_addresses(settings, "scheduler")
    configure_logging(settings.log_level, settings.log_format)
    keep_starting(settings, lambda: schedule(settings, lambda: tell("scheduler goes its rounds")))
