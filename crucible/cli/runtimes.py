"""`crucible runtimes`: what programs can be written in."""

from rich.table import Table

from crucible.cli.options import DEFAULT_URL, Json, Url
from crucible.cli.rendering import print_json, show
from crucible.cli.server import connected


def runtimes(*, json: Json = False, url: Url = DEFAULT_URL) -> None:
    """List what programs can be written in here."""
    with connected(url) as crucible:
        found = crucible.runtimes()
    if json:
        print_json(*found)
        return
    table = Table(box=None, header_style="dim", pad_edge=False)
    for heading in ("runtime", "language", "version", "also called", "image"):
        table.add_column(heading)
    for runtime in found:
        table.add_row(
            runtime.name, runtime.language, runtime.version, ", ".join(runtime.aliases), runtime.image or ""
        )
    show(table)
