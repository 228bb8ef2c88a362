"""`crucible flower`: Celery's own console, on the doorbell's messages."""

from typing import Annotated

import typer

from crucible.cli.configured import check_exposure, scaled_out, settings_with
from crucible.roles.errors import CannotStartError


def flower(
    *,
    host: Annotated[str, typer.Option(help="The address to answer on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to answer on.", min=1, max=65_535)] = 5555,
    allow_remote: Annotated[
        bool, typer.Option("--allow-remote", help="Answer others than this machine, without authentication.")
    ] = False,
) -> None:
    """Show rings as they are sent, heard and answered, each with the ids that it carries. Reads, and can't act."""
    settings = settings_with()
    check_exposure(host, allowed=allow_remote)
    if settings.redis_url is None:
        raise CannotStartError("CRUCIBLE_REDIS_URL must be set: that is where rings go")
    with scaled_out():
        from crucible.queue.broker import make_app
    app = make_app(settings.redis_address)
    app.start(
        [
            "flower",
            f"--address={host}",
            f"--port={port}",
            "--tasks_columns=name,args,state,received,runtime,worker",
        ]
    )
