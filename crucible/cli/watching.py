"""Shows something again and again until Ctrl-C: in place on a terminal, one below the other elsewhere."""

import sys
import time
from collections.abc import Callable
from typing import TypeVar

from pydantic import BaseModel
from rich.console import RenderableType
from rich.live import Live

from crucible.cli.rendering import console, print_json, show

Shown = TypeVar("Shown", bound=BaseModel)
_SECONDS = 1.0


def show_or_watch(
    read: Callable[[], Shown], render: Callable[[Shown], RenderableType], *, json: bool, watch: bool
) -> None:
    """Show what `read` returns, once, or with `watch` every second."""
    first = read()
    if not watch:
        _show(first, render, json=json)
        return
    if json or not sys.stdout.isatty():
        _show(first, render, json=json)
        while True:
            time.sleep(_SECONDS)
            _show(read(), render, json=json)
    with Live(render(first), console=console(), auto_refresh=False) as live:
        while True:
            time.sleep(_SECONDS)
            live.update(render(read()), refresh=True)


def _show(found: Shown, render: Callable[[Shown], RenderableType], *, json: bool) -> None:
    if json:
        print_json(found)
    else:
        show(render(found))
        sys.stdout.flush()
