"""`crucible serve`: the HTTP API as a process of its own."""

from pathlib import Path
from typing import Annotated

import typer

from crucible.cli.configured import check_exposure, scaled_out, settings_with, tell
from crucible.cli.starting import keep_starting
from crucible.roles.listener import listen, url_of
from crucible.telemetry.logging import configure_logging


def serve(
    *,
    host: Annotated[str | None, typer.Option(help="The address to answer on.", show_default="127.0.0.1")] = None,
    port: Annotated[
        int | None, typer.Option(help="The port to answer on; 0: any free one.", show_default="7878")
    ] = None,
    data: Annotated[Path | None, typer.Option(help="The folder of large outputs, the workers' too.")] = None,
    executor: Annotated[
        Path | None,
        typer.Option(
            "--executor",
            envvar="CRUCIBLE_EXECUTOR_SOCKET",
            help="The socket of an executor beside it, to hold sessions.",
        ),
    ] = None,
    allow_remote: Annotated[
        bool,
        typer.Option("--allow-remote", help="Answer others than this machine. There is no authentication yet."),
    ] = False,
) -> None:
    """Answer the HTTP API. Roles meet at CRUCIBLE_DATABASE_URL and CRUCIBLE_REDIS_URL."""
    with scaled_out():
        from crucible.roles.serve import serve as run
        from crucible.roles.shared import require_addresses
    settings = settings_with(host=host, port=port, data=data)
    require_addresses(settings, "serve")
    check_exposure(settings.host, allowed=allow_remote)
    configure_logging(settings.log_level, settings.log_format)
    with listen(settings.host, settings.port) as listener:
        keep_starting(
            settings,
            lambda: run(
                settings, listener, lambda: tell(f"serve answers at {url_of(listener)}"), executor=executor
            ),
        )
