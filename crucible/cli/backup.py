"""`crucible backup`: a copy of all that is kept here."""

import json as json_format
from pathlib import Path
from typing import Annotated

import typer

from crucible.cli.configured import settings_with
from crucible.cli.options import Json
from crucible.cli.sizes import in_words
from crucible.embedded.backup import back_up


def backup(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Where to; it must be new.", show_default=False)
    ],
    *,
    data: Annotated[
        Path | None,
        typer.Option(help="The folder of what is kept.", show_default="~/.local/share/crucible"),
    ] = None,
    json: Json = False,
) -> None:
    """Copy the database and outputs of this machine to a folder, also while Crucible runs.

    `crucible up --data` with a copy of it restores them.
    """
    made = back_up(settings_with(data=data), folder.expanduser().absolute())
    if json:
        facts = {"folder": str(made.folder), "database_bytes": made.database_bytes}
        typer.echo(json_format.dumps(facts | {"blobs": made.blobs, "blob_bytes": made.blob_bytes}))
    else:
        typer.echo(f"{made.folder}: database {in_words(made.database_bytes)}, blobs {in_words(made.blob_bytes)}")
