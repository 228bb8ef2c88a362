"""`crucible worker`: takes what is queued, as a process of its own."""

from pathlib import Path
from typing import Annotated

import typer

from crucible.cli.configured import scaled_out, settings_with, tell
from crucible.cli.sizes import parse_size
from crucible.cli.starting import keep_starting
from crucible.queue.autoscale import Bounds
from crucible.telemetry.logging import configure_logging


def _bounds(text: str) -> Bounds:
    try:
        return Bounds.parse(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def worker(
    *,
    socket: Annotated[
        Path | None,
        typer.Option(
            help="Where this machine's executor listens.",
            envvar="CRUCIBLE_EXECUTOR_SOCKET",
            show_default="in the data folder",
        ),
    ] = None,
    slots: Annotated[
        int | None, typer.Option(help="How many programs run at once.", show_default="the processors' number")
    ] = None,
    autoscale: Annotated[
        Bounds | None,
        typer.Option(metavar="MIN,MAX", parser=_bounds, help="Choose by itself how many run at once."),
    ] = None,
    runtimes: Annotated[
        list[str] | None,
        typer.Option("--runtime", "-r", help="Take only programs of this runtime; may be given again."),
    ] = None,
    engines: Annotated[
        list[str] | None,
        typer.Option("--engine", help="Take only programs of this engine; may be given again."),
    ] = None,
    labels: Annotated[
        list[str] | None,
        typer.Option("--label", "-l", help="Offer this to programs that ask for it, as gpu; may be given again."),
    ] = None,
    dedicated: Annotated[
        bool | None, typer.Option("--dedicated", help="Take only programs that ask for one of its labels.")
    ] = None,
    memory: Annotated[
        int | None,
        typer.Option(metavar="SIZE", parser=parse_size, help="How much it may promise.", show_default="all"),
    ] = None,
    cpus: Annotated[
        float | None, typer.Option(help="How many processors it may promise.", show_default="all")
    ] = None,
    data: Annotated[Path | None, typer.Option(help="The folder of large outputs, shared with the server.")] = None,
) -> None:
    """Take what is queued and have this machine's executor run it. Ctrl-C or SIGTERM drains it."""
    with scaled_out():
        from crucible.roles.shared import require_addresses
        from crucible.roles.work import work
    if slots is not None and autoscale is not None:
        raise typer.BadParameter("is instead of --slots, not beside it", param_hint="--autoscale")
    settings = settings_with(
        slots=autoscale.most if autoscale else slots,
        data=data,
        worker_engines=engines or None,
        worker_labels=labels or None,
        dedicated=dedicated,
        memory_bytes=memory,
        cpus=cpus,
    )
    require_addresses(settings, "worker")
    at_once = f"{autoscale.fewest} to {autoscale.most}" if autoscale else settings.slots
    configure_logging(settings.log_level, settings.log_format)
    keep_starting(
        settings,
        lambda: work(
            settings,
            socket or settings.executor_socket,
            lambda names: tell(f"worker takes {at_once} at once of: {', '.join(names)}"),
            only=runtimes or (),
            autoscale=autoscale,
        ),
    )
