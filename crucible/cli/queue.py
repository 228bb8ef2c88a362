"""`crucible queue`: what waits, for how long, and what runs."""

from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from crucible.cli.options import DEFAULT_URL, Json, Url
from crucible.cli.rendering import duration
from crucible.cli.server import connected
from crucible.cli.watching import show_or_watch
from crucible.domain.operation import Queue

Watch = Annotated[bool, typer.Option("--watch", "-w", help="Show it again every second, until Ctrl-C.")]


def queue(*, watch: Watch = False, json: Json = False, url: Url = DEFAULT_URL) -> None:
    """Show what waits at each priority, since when, and what runs."""
    with connected(url) as crucible:
        show_or_watch(crucible.operations.queue, rendered, json=json, watch=watch)


def rendered(found: Queue) -> RenderableType:
    """Return the queue as a table."""
    shown = Table(box=None, header_style="dim", pad_edge=False)
    shown.add_column("priority", no_wrap=True)
    for heading in ("waiting", "oldest", "delayed", "running"):
        shown.add_column(heading, justify="right", no_wrap=True)
    for load in found.priorities:
        shown.add_row(
            load.priority.value,
            _number(load.waiting, "blue"),
            duration(load.oldest_seconds) if load.waiting else "",
            _number(load.delayed, "yellow"),
            _number(load.running, "cyan"),
        )
    return Group(shown, Text("\n").append_text(_slots(found)))


def _slots(found: Queue) -> Text:
    if not found.slots:
        line = Text("no worker takes more", style="bold yellow")
    else:
        line = Text(f"{found.slots_used} of {found.slots} slots in use", style="dim")
    if found.dead_letters:
        line.append(f" · {found.dead_letters} given up: see `crucible dead-letters list`", style="magenta")
    return line


def _number(number: int, style: str) -> Text:
    return Text(str(number), style=style if number else "dim")
