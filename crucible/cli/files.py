"""`crucible files`: what a program left in its working directory."""

from pathlib import Path, PurePosixPath
from typing import Annotated

import typer
from rich.table import Table

from crucible.cli.options import DEFAULT_URL, EvaluationId, Json, Url
from crucible.cli.rendering import print_json, show
from crucible.cli.server import connected
from crucible.cli.session_options import Target, put
from crucible.cli.sizes import in_words
from crucible.cli.terminal import safe_line
from crucible.client.synchronous import Crucible
from crucible.domain.answer import FileList
from crucible.domain.errors import InvalidRequestError


def files(
    evaluation_id: EvaluationId,
    path: Annotated[
        str | None, typer.Argument(metavar="PATH", help="One of them, to write out.", show_default=False)
    ] = None,
    *,
    to: Target = "-",
    into: Annotated[
        Path | None, typer.Option("--into", metavar="FOLDER", help="Write all of them to a folder made for them.")
    ] = None,
    json: Json = False,
    url: Url = DEFAULT_URL,
) -> None:
    """List the files that a program left, or write them out: one by its PATH, or all with --into."""
    if path is not None and into is not None:
        raise InvalidRequestError("--into writes all files: give PATH or --into, not both")
    with connected(url) as crucible:
        if path is not None:
            put(crucible.file(evaluation_id, path), path, to, json=json)
            return
        found = crucible.files(evaluation_id)
        if into is not None:
            _write_all(crucible, evaluation_id, found, into)
    if json:
        print_json(found)
    elif into is not None:
        typer.echo(f"{len(found.items)} written to {into}")
    else:
        show(_table(found))
    if found.truncated:
        typer.echo("It left more, or larger ones, than are kept.", err=True)


def _write_all(crucible: Crucible, evaluation_id: str, found: FileList, folder: Path) -> None:
    """Write each below a folder that is new: nothing is written over, and no link of somebody else's leads out."""
    try:
        folder.mkdir(parents=True)
        for each in found.items:
            inside = PurePosixPath(each.path)
            if inside.is_absolute() or ".." in inside.parts or "\0" in each.path:
                raise InvalidRequestError(f"{safe_line(each.path)!r} would lie outside of {folder}")
            target = folder / inside
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(crucible.file(evaluation_id, each.path))
    except OSError as error:
        raise InvalidRequestError(f"{error.filename or folder} can't be written: {error.strerror}") from error


def _table(found: FileList) -> Table:
    shown = Table(box=None, header_style="dim", pad_edge=False)
    shown.add_column("file", overflow="fold")
    shown.add_column("size", justify="right", no_wrap=True)
    for each in found.items:
        shown.add_row(safe_line(each.path), in_words(each.size_bytes))
    return shown
