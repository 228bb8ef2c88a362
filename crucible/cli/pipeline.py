"""`crucible pipeline`: programs one after another."""

import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.live import Live

from crucible.cli import pipeline_rendering as rendering
from crucible.cli.exit_codes import INTERRUPTED
from crucible.cli.options import DEFAULT_URL, Json, Labels, Url, labels_of
from crucible.cli.pipeline_sources import request_of
from crucible.cli.rendering import console, print_json, show
from crucible.cli.server import connected
from crucible.client.pipeline_calls import POLL_SECONDS
from crucible.client.synchronous import Crucible
from crucible.domain.pipeline import Pipeline, PipelineState

pipeline = typer.Typer(help="Run programs one after another.", no_args_is_help=True)

_Id = Annotated[str, typer.Argument(metavar="ID", help="The pipeline: `pl_…`.", show_default=False)]


@pipeline.command("run")
def run(
    *,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="TOML or JSON.", show_default=False)],
    name: Annotated[str | None, typer.Option("--name", help="In place of the file's.")] = None,
    labels: Labels = None,
    key: Annotated[
        str | None, typer.Option("--key", help="Given again with the same FILE, nothing runs twice.")
    ] = None,
    detach: Annotated[bool, typer.Option("--detach", "-d", help="Print its id, and leave it running.")] = False,
    json: Json = False,
    url: Url = DEFAULT_URL,
) -> None:
    """Run the stages of a file, show how far they are, and exit with 1 where not all succeeded.

    The file has the fields of the API's request: stages, each with a name, what it needs, inputs of the stages
    before it, and a program: code, or a file beside this one.
    """
    changes: dict[str, Any] = {"name": name} if name is not None else {}
    if labels:
        changes["labels"] = labels_of(labels)
    request = request_of(file, **changes)
    with connected(url) as crucible:
        made = crucible.pipelines.create(request, idempotency_key=key)
        if not detach:
            made = _followed(crucible, made)
    if json:
        print_json(made)
    elif detach:
        typer.echo(made.id)
    else:
        show(rendering.graph(made))
    if not detach:
        raise typer.Exit(0 if made.state is PipelineState.COMPLETED else 1)


@pipeline.command("list")
def list_pipelines(
    *,
    state: Annotated[list[PipelineState] | None, typer.Option("--state", help="Repeatable.")] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=200, help="At most so many.")] = 20,
    json: Json = False,
    url: Url = DEFAULT_URL,
) -> None:
    """List pipelines, newest first."""
    with connected(url) as crucible:
        found = crucible.pipelines.page(state or (), limit=limit).items
    if json:
        print_json(*found)
    elif found:
        show(rendering.table(found))
    else:
        show(rendering.empty(filtered=bool(state)))


@pipeline.command("show")
def show_pipeline(pipeline_id: _Id, json: Json = False, url: Url = DEFAULT_URL) -> None:
    """Show a pipeline: where each stage is, what runs for it, and why what failed did."""
    with connected(url) as crucible:
        found = crucible.pipelines.get(pipeline_id)
    if json:
        print_json(found)
    else:
        show(rendering.graph(found))


@pipeline.command("cancel")
def cancel(pipeline_id: _Id, json: Json = False, url: Url = DEFAULT_URL) -> None:
    """End a pipeline: what waits or is queued at once, and what runs within moments."""
    with connected(url) as crucible:
        told = crucible.pipelines.cancel(pipeline_id)
    if json:
        print_json(told)
    else:
        show(rendering.graph(told))


def _followed(crucible: Crucible, followed: Pipeline) -> Pipeline:
    """Show how far a pipeline is until it has ended. Whoever stops looking leaves it running."""
    terminal = console(stderr=True)
    try:
        if not terminal.is_terminal:
            return crucible.pipelines.wait(followed.id)
        with Live(rendering.graph(followed), console=terminal, auto_refresh=False, transient=True) as live:
            while followed.state is PipelineState.RUNNING:
                time.sleep(POLL_SECONDS)
                followed = crucible.pipelines.get(followed.id)
                live.update(rendering.graph(followed), refresh=True)
    except KeyboardInterrupt as error:
        typer.echo(
            f"{followed.id} goes on. `crucible pipeline show {followed.id}` looks again, "
            f"`crucible pipeline cancel {followed.id}` ends it.",
            err=True,
        )
        raise typer.Exit(INTERRUPTED) from error
    return followed
