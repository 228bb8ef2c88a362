"""`crucible engines`: what programs can be isolated by."""

from rich.table import Table
from rich.text import Text

from crucible.cli.options import DEFAULT_URL, Json, Url
from crucible.cli.rendering import print_json, show
from crucible.cli.server import connected


def engines(*, json: Json = False, url: Url = DEFAULT_URL) -> None:
    """List the engines of the server's executors, the strongest first, and why those don't work that don't."""
    with connected(url) as crucible:
        found = crucible.engines()
    if json:
        print_json(*found)
        return
    table = Table(box=None, header_style="dim", pad_edge=False)
    for heading in ("", "engine", "isolation", "sessions", "there"):
        table.add_column(heading)
    for engine in found:
        there = "the default" if engine.default else "works"
        table.add_row(
            Text("✓", "green") if engine.available else Text("✗", "yellow"),
            engine.name,
            engine.isolation,
            "yes" if engine.sessions else "",
            Text(there if engine.reason is None else engine.reason),
        )
    show(table)
