"""`crucible workers`, and what one is told: `pause`, `drain`, `resume`."""

from collections.abc import Callable
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from crucible.cli.options import DEFAULT_URL, Json, Url
from crucible.cli.queue import Watch
from crucible.cli.rendering import age, print_json
from crucible.cli.server import connected
from crucible.cli.sizes import in_words
from crucible.cli.terminal import safe_line
from crucible.cli.watching import show_or_watch
from crucible.client.operations import Operations
from crucible.domain.operation import Worker, WorkerList
from crucible.domain.worker import WorkerState

_STYLES = {
    WorkerState.WORKING: "green",
    WorkerState.PAUSED: "yellow",
    WorkerState.DRAINING: "yellow",
    WorkerState.STOPPED: "bright_black",
}
Names = Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Workers, by name.")]
All = Annotated[bool, typer.Option("--all", help="Every one that is there.")]


def workers(*, watch: Watch = False, json: Json = False, url: Url = DEFAULT_URL) -> None:
    """List the workers: whether each lives, what it can do, and what it runs."""
    with connected(url) as crucible:
        show_or_watch(lambda: WorkerList(items=crucible.operations.workers()), rendered, json=json, watch=watch)


def pause(*, names: Names = None, everyone: All = False, json: Json = False, url: Url = DEFAULT_URL) -> None:
    """Have workers take nothing more until they are told to resume. What they run goes on."""
    _tell(lambda operations: operations.pause, names, everyone=everyone, json=json, url=url)


def drain(*, names: Names = None, everyone: All = False, json: Json = False, url: Url = DEFAULT_URL) -> None:
    """Have workers take nothing more and hand back what still runs after their grace. `resume` undoes it."""
    _tell(lambda operations: operations.drain, names, everyone=everyone, json=json, url=url)


def resume(*, names: Names = None, everyone: All = False, json: Json = False, url: Url = DEFAULT_URL) -> None:
    """Have workers that were paused or drained take what waits again."""
    _tell(lambda operations: operations.resume, names, everyone=everyone, json=json, url=url)


def _tell(
    order: Callable[[Operations], Callable[[str], Worker]],
    names: list[str] | None,
    *,
    everyone: bool,
    json: bool,
    url: str,
) -> None:
    if bool(names) == everyone:
        raise typer.BadParameter("name workers, or say --all", param_hint="NAME")
    with connected(url) as crucible:
        chosen = names or [each.name for each in crucible.operations.workers() if each.is_alive]
        told = [order(crucible.operations)(name) for name in chosen]
    if json:
        print_json(*told)
        return
    for worker in told:
        typer.echo(f"{safe_line(worker.name)}: {_state(worker).plain}")


def rendered(found: WorkerList) -> RenderableType:
    """Return the workers as a table, each of whose runs is named."""
    if not found.items:
        return Text("No worker was heard of in the last ten minutes.", style="dim")
    shown = Table(box=None, header_style="dim", pad_edge=False)
    for heading in ("worker", "state"):
        shown.add_column(heading, no_wrap=True)
    for heading in ("slots", "heard of"):
        shown.add_column(heading, justify="right", no_wrap=True)
    for heading in ("can run", "in", "has", "runs"):
        shown.add_column(heading, overflow="fold")
    for worker in found.items:
        has = [f"{worker.cpus:g} CPU", in_words(worker.memory_bytes), *map(safe_line, worker.labels)]
        shown.add_row(
            safe_line(worker.name),
            _state(worker),
            f"{worker.running}/{worker.slots}",
            age(worker.seen),
            safe_line(" ".join(worker.runtimes)),
            safe_line(" ".join(worker.engines)),
            " · ".join(has),
            "\n".join(f"{run.evaluation_id} ({run.runtime}, {age(run.started)})" for run in worker.runs),
        )
    return shown


def _state(worker: Worker) -> Text:
    if worker.state is not WorkerState.STOPPED and not worker.is_alive:
        return Text("silent", style="bold red")
    text = Text(worker.state.value, style=_STYLES[worker.state])
    if worker.wanted is not None:
        text.append(f" → {worker.wanted.value}", style="dim")
    return text
