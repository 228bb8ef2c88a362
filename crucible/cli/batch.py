"""`crucible batch`: many programs as one."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from crucible.cli import batch_rendering as rendering
from crucible.cli.batch_sources import submissions_of
from crucible.cli.exit_codes import INTERRUPTED
from crucible.cli.option_groups import spread
from crucible.cli.options import DEFAULT_URL, Json, Labels, Url, labels_of
from crucible.cli.program import LimitOptions, PriorityName
from crucible.cli.rendering import print_json, show
from crucible.cli.server import connected
from crucible.cli.terminal import standard_output
from crucible.client.batch_calls import POLL_SECONDS
from crucible.client.calls import new_key
from crucible.client.errors import ServerUnreachableError
from crucible.client.synchronous import Crucible
from crucible.domain.batch import Batch, BatchRequest, BatchState
from crucible.domain.errors import InvalidRequestError
from crucible.domain.evaluation import Priority, Submission
from crucible.domain.mistakes import filled
from crucible.domain.outcome import Fault, Outcome

batch = typer.Typer(help="Hand in many programs as one, and see them through.", no_args_is_help=True)

_Id = Annotated[str, typer.Argument(metavar="ID", help="The batch: `ba_…`.", show_default=False)]
_Follow = Annotated[bool, typer.Option("--follow", "-f", help="Stay until all have ended.")]
_LIVE = frozenset({BatchState.OPEN, BatchState.RUNNING})


@batch.command("submit")
@spread
def submit(
    *,
    source: Annotated[
        str,
        typer.Argument(metavar="SOURCE", help="JSON lines, a .csv, or a folder; - reads JSON lines."),
    ],
    name: Annotated[str | None, typer.Option("--name", help="What it is called.")] = None,
    labels: Labels = None,
    key: Annotated[
        str | None, typer.Option("--key", help="Given again with the same SOURCE, it goes on where it broke off.")
    ] = None,
    runtime: Annotated[str | None, typer.Option("--runtime", "-r", help="Where a program names none.")] = None,
    priority: PriorityName = Priority.NORMAL,
    limits: LimitOptions,
    follow: _Follow = False,
    json: Json = False,
    url: Url = DEFAULT_URL,
) -> None:
    """Hand in many programs as one batch, and print its id.

    A line of JSON has the fields of a submission: code, runtime, stdin, labels, limits, ... A table's heading
    names them: code or file, runtime, labels.task, limits.wall_seconds. Of a folder, every program is taken.
    The limits given here are for those that have none of their own.
    """
    defaults = {"priority": priority, "limits": limits.limits()} | ({"runtime": runtime} if runtime else {})
    submissions = submissions_of(source, defaults)
    request = filled(BatchRequest, {"name": name, "labels": labels_of(labels)})
    with connected(url) as crucible, _bar() as bar:
        made = _handed_in(crucible, submissions, request, key or new_key(), bar)
        if follow:
            with _left_running(made.id, bar):
                typer.echo(f"{made.id} is handed in: {made.received:,} programs", err=True)
                made = _followed(crucible, made, bar)
    if json:
        print_json(made)
    elif follow:
        show(rendering.panel(made))
    else:
        typer.echo(made.id)
    if follow:
        raise typer.Exit(_exit_code(made))


@batch.command("list")
def list_batches(
    *,
    state: Annotated[list[BatchState] | None, typer.Option("--state", help="Repeatable.")] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=200, help="At most so many.")] = 20,
    json: Json = False,
    url: Url = DEFAULT_URL,
) -> None:
    """List batches, newest first."""
    with connected(url) as crucible:
        found = crucible.batches.page(state or (), limit=limit).items
    if json:
        print_json(*found)
    elif found:
        show(rendering.table(found))
    else:
        show(rendering.empty(filtered=bool(state)))


@batch.command("show")
def show_batch(batch_id: _Id, json: Json = False, url: Url = DEFAULT_URL) -> None:
    """Show a batch: how far it is, how its evaluations ended, and why those that failed did."""
    with connected(url) as crucible:
        found = crucible.batches.get(batch_id)
        if json:
            print_json(found)
            return
        show(rendering.panel(found))
        causes = crucible.batches.causes(batch_id)
    if causes.items:
        show(rendering.causes(causes))


@batch.command("watch")
def watch(batch_id: _Id, json: Json = False, url: Url = DEFAULT_URL) -> None:
    """Stay with a batch until all of it has ended; exit with 1 where not all succeeded."""
    with connected(url) as crucible, _bar() as bar, _left_running(batch_id, bar):
        ended = _followed(crucible, crucible.batches.get(batch_id), bar)
    if json:
        print_json(ended)
    else:
        show(rendering.panel(ended))
    raise typer.Exit(_exit_code(ended))


@batch.command("retry")
def retry(
    batch_id: _Id,
    fault: Annotated[
        list[Fault] | None,
        typer.Option("--fault", help="Only what ended by it; repeatable."),
    ] = None,
    json: Json = False,
    url: Url = DEFAULT_URL,
) -> None:
    """Run again what failed of a batch, and nothing else."""
    with connected(url) as crucible:
        before = crucible.batches.get(batch_id)
        again = crucible.batches.retry(batch_id, fault or None)
    if json:
        print_json(again)
    else:
        typer.echo(f"{again.retried - before.retried} run again")


@batch.command("cancel")
def cancel(batch_id: _Id, json: Json = False, url: Url = DEFAULT_URL) -> None:
    """End a batch, and what of it is queued or runs."""
    with connected(url) as crucible:
        told = crucible.batches.cancel(batch_id)
    if json:
        print_json(told)
    else:
        typer.echo(f"{told.id} is being cancelled: {told.ended} of {told.received} have ended")


@batch.command("export")
def export(
    batch_id: _Id,
    written: Annotated[
        Literal["jsonl", "csv"] | None, typer.Option("--format", help="By the file's suffix where not given.")
    ] = None,
    to: Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="A file.")] = None,
    url: Url = DEFAULT_URL,
) -> None:
    """Write all of a batch, in the order in which it was handed in."""
    chosen = written or ("csv" if to is not None and to.suffix.lower() == ".csv" else "jsonl")
    with connected(url) as crucible:
        pieces = crucible.batches.export(batch_id, chosen)
        if to is None:
            writer = standard_output()
            for piece in pieces:
                writer.write(piece)
            writer.close()
            return
        try:
            with to.open("wb") as file:
                for piece in pieces:
                    file.write(piece)
        except OSError as error:
            raise InvalidRequestError(f"{to} can't be written: {error.strerror}") from error


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(None), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def _handed_in(
    crucible: Crucible, submissions: Sequence[Submission], request: BatchRequest, key: str, bar: Progress
) -> Batch:
    """Hand in all of them. Where that breaks off, say how it goes on."""
    task = bar.add_task("handing in", total=len(submissions))
    try:
        made = crucible.batches.submit(
            submissions,
            request,
            idempotency_key=key,
            progress=lambda so_far: bar.update(task, completed=so_far.received),
        )
    except (KeyboardInterrupt, ServerUnreachableError) as error:
        bar.stop()
        received = int(bar.tasks[0].completed)
        typer.echo(
            f"{received:,} of {len(submissions):,} programs are handed in, and run. The same command "
            f"with --key {key} goes on from there.",
            err=True,
        )
        if isinstance(error, KeyboardInterrupt):
            raise typer.Exit(INTERRUPTED) from error
        raise
    bar.remove_task(task)
    return made


def _followed(crucible: Crucible, followed: Batch, bar: Progress) -> Batch:
    """Show how far a batch is until it has ended."""
    task = bar.add_task("running", total=followed.received, completed=followed.ended)
    told = 0
    while followed.state in _LIVE:
        time.sleep(POLL_SECONDS)
        followed = crucible.batches.get(followed.id)
        bar.update(task, total=followed.received, completed=followed.ended)
        if bar.disable and (tenths := followed.ended * 10 // max(1, followed.received)) > told:
            told = tenths
            typer.echo(f"{followed.ended:,} of {followed.received:,} have ended", err=True)
    return followed


@contextmanager
def _left_running(batch_id: str, bar: Progress) -> Iterator[None]:
    """Say to whoever stops looking that the batch goes on."""
    try:
        yield
    except KeyboardInterrupt as error:
        bar.stop()
        typer.echo(
            f"{batch_id} goes on. `crucible batch watch {batch_id}` looks again, "
            f"`crucible batch cancel {batch_id}` ends it.",
            err=True,
        )
        raise typer.Exit(INTERRUPTED) from error


def _exit_code(ended: Batch) -> int:
    return 0 if ended.outcomes.get(Outcome.SUCCEEDED, 0) == ended.received else 1
