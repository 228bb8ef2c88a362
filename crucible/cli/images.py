"""`crucible images`: the root file systems that programs can run in, on this machine and without a server."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from crucible.cli.options import Json
from crucible.cli.rendering import show

images = typer.Typer(no_args_is_help=True)

Folder = Annotated[
    Path | None,
    typer.Option(
        "--images",
        help="The folder of images.",
        envvar="CRUCIBLE_IMAGES",
        show_default="images in CRUCIBLE_DATA",
        metavar="FOLDER",
    ),
]


@images.command("list")
def list_images(*, folder: Folder = None, json_: Json = False) -> None:
    """List the images of this machine."""
    from crucible.sandbox.images import Images

    found = Images(_folder(folder))
    shown = [{"name": name, "folder": str(found.folder / name)} for name in found.names()]
    if json_:
        _print(*shown)
    elif not shown:
        typer.echo(f"no images in {found.folder}; make one: crucible images import NAME FOLDER-OR-ARCHIVE")
    else:
        table = Table(box=None, header_style="dim", pad_edge=False)
        for heading in ("image", "folder"):
            table.add_column(heading)
        for image in shown:
            table.add_row(image["name"], image["folder"])
        show(table)


@images.command("import")
def import_image(
    name: Annotated[str, typer.Argument(help="What submissions call it.", show_default=False)],
    source: Annotated[Path, typer.Argument(help="A folder, or a tar archive of one.", show_default=False)],
    *,
    folder: Folder = None,
    json_: Json = False,
) -> None:
    """Make an image of a root file system: a folder, or a tar archive as `docker export` writes it."""
    from crucible.sandbox import image_import
    from crucible.sandbox.images import Images

    made = image_import.import_image(Images(_folder(folder)), name, source)
    if json_:
        _print({"name": name, "folder": str(made)})
    else:
        typer.echo(f"{name}: {made}; its runtimes are found when the executor starts")


def _folder(named: Path | None) -> Path:
    from crucible.settings import Settings

    return named or Settings().images_path


def _print(*documents: dict[str, str]) -> None:
    for document in documents:
        typer.echo(json.dumps(document))
