"""`crucible up`: all of Crucible on this machine, in one command."""

import json as json_format
import signal
import socket
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
import uvloop
from rich.console import Console
from rich.table import Table

from crucible import __version__
from crucible.cli.configured import check_exposure, settings_with
from crucible.cli.exit_codes import INTERRUPTED
from crucible.cli.options import Json
from crucible.domain.sandbox import RuntimeReport
from crucible.embedded.data_folder import held, socket_path
from crucible.embedded.executor_process import ExecutorProcess
from crucible.roles.listener import listen, url_of
from crucible.settings import Settings
from crucible.telemetry.logging import configure_logging


def up(
    *,
    host: Annotated[str | None, typer.Option(help="The address to answer on.", show_default="127.0.0.1")] = None,
    port: Annotated[
        int | None, typer.Option(help="The port to answer on; 0: any free one.", show_default="7878")
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(help="The folder of everything that is kept.", show_default="~/.local/share/crucible"),
    ] = None,
    allow_remote: Annotated[
        bool,
        typer.Option("--allow-remote", help="Answer others than this machine. There is no authentication yet."),
    ] = False,
    json: Json = False,
) -> None:
    """Start Crucible here, all of it in one process. Ctrl-C stops it; a second one at once."""
    settings = settings_with(host=host, port=port, data=data)
    check_exposure(settings.host, allowed=allow_remote)
    configure_logging(settings.log_level, settings.log_format)
    announce = _announce_in_json if json else _announce
    with (
        held(settings.data),
        listen(settings.host, settings.port) as listener,
        socket_path(settings.executor_socket) as path,
        ExecutorProcess(path, settings.images_path) as executor,
    ):
        # The server's libraries take a second to import, in which the executor gets ready.
        from crucible.database.migrate import migrate
        from crucible.embedded.server import serve

        migrate(settings.database_address)
        told = partial(announce, settings, listener)
        asked = uvloop.run(serve(settings, listener, executor, told))
    raise typer.Exit(INTERRUPTED if asked is signal.SIGINT else 0)


def _announce_in_json(settings: Settings, listener: socket.socket, runtimes: Sequence[RuntimeReport]) -> None:
    """Tell a program that starts this one where it is, in one line once everything works."""
    facts = {
        "url": url_of(listener),
        "data": str(settings.data),
        "runtimes": [runtime.name for runtime in runtimes],
        "slots": settings.slots,
    }
    sys.stdout.write(json_format.dumps(facts) + "\n")
    sys.stdout.flush()


def _announce(settings: Settings, listener: socket.socket, runtimes: Sequence[RuntimeReport]) -> None:
    from crucible.api.console import Console as WebConsole

    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="dim")
    facts.add_column(overflow="fold")
    facts.add_row("address", url_of(listener))
    facts.add_row("console", url_of(listener) if WebConsole().is_built else "not built: see `make console`")
    facts.add_row("data", str(settings.data))
    facts.add_row("runtimes", ", ".join(runtime.name for runtime in runtimes) or "none: see `crucible doctor`")
    facts.add_row("at once", f"{settings.slots} program{'' if settings.slots == 1 else 's'}")
    console = Console(highlight=False)
    console.print(f"[bold]Crucible {__version__}[/] is ready. Ctrl-C stops it.")
    console.print(facts)
