"""`crucible dead-letters`: what Crucible gave up, and what is to become of it."""

from collections.abc import Callable, Sequence
from itertools import islice
from typing import Annotated

import typer
from rich.console import Group
from rich.table import Table
from rich.text import Text

from crucible.cli.options import DEFAULT_URL, EvaluationId, Json, Url
from crucible.cli.rendering import age, labels, print_json, show
from crucible.cli.server import connected
from crucible.cli.terminal import safe_line
from crucible.client.synchronous import Crucible
from crucible.domain.dead_letter import DeadLetter, DeadLetterState, DeadLetterSummary
from crucible.domain.evaluation import MAXIMUM_BATCH

dead_letters = typer.Typer(no_args_is_help=True)

_STYLES = {
    DeadLetterState.WAITING: "bold magenta",
    DeadLetterState.REPLAYED: "green",
    DeadLetterState.DISCARDED: "bright_black",
}
Chosen = Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Evaluations: `ev_…`.")]
All = Annotated[bool, typer.Option("--all", help="Every one that waits for a decision.")]


@dead_letters.command("list")
def list_dead_letters(
    *,
    state: Annotated[
        list[DeadLetterState] | None, typer.Option("--state", help="Repeatable; else those that wait.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many.")] = 20,
    json: Json = False,
    url: Url = DEFAULT_URL,
) -> None:
    """List what was given up, newest first."""
    wanted = frozenset(state or {DeadLetterState.WAITING})
    with connected(url) as crucible:
        found = list(islice(crucible.operations.dead_letters(wanted, page_size=min(limit, 200)), limit))
    if json:
        print_json(*found)
    elif found:
        show(_table(found))
    else:
        show(Text("Nothing was given up that still waits for a decision.", style="dim"))


@dead_letters.command("show")
def show_dead_letter(evaluation_id: EvaluationId, *, json: Json = False, url: Url = DEFAULT_URL) -> None:
    """Show one with its history: every run that was lost, when, why, and under which worker."""
    with connected(url) as crucible:
        letter = crucible.operations.dead_letter(evaluation_id)
    if json:
        print_json(letter)
    else:
        show(_whole(letter))


@dead_letters.command("replay")
def replay(*, ids: Chosen = None, everything: All = False, json: Json = False, url: Url = DEFAULT_URL) -> None:
    """Hand the same programs in again, as evaluations of their own. Doing it twice runs nothing twice."""
    with connected(url) as crucible:
        decided = _decide(crucible, crucible.operations.replay, ids, everything=everything)
    if json:
        print_json(*decided)
        return
    for letter in decided:
        typer.echo(f"{letter.evaluation_id} runs again as {letter.replayed_as}")


@dead_letters.command("discard")
def discard(*, ids: Chosen = None, everything: All = False, json: Json = False, url: Url = DEFAULT_URL) -> None:
    """Decide that they are not worth another run. The evaluations and their history stay."""
    with connected(url) as crucible:
        decided = _decide(crucible, crucible.operations.discard, ids, everything=everything)
    if json:
        print_json(*decided)
    else:
        typer.echo(f"{len(decided)} discarded")


def _decide(
    crucible: Crucible,
    decide: Callable[[Sequence[str]], Sequence[DeadLetterSummary]],
    ids: list[str] | None,
    *,
    everything: bool,
) -> list[DeadLetterSummary]:
    if bool(ids) == everything:
        raise typer.BadParameter("name evaluations, or say --all", param_hint="ID")
    waiting = frozenset({DeadLetterState.WAITING})
    chosen = ids or [letter.evaluation_id for letter in crucible.operations.dead_letters(waiting)]
    return [
        letter
        for start in range(0, len(chosen), MAXIMUM_BATCH)
        for letter in decide(chosen[start : start + MAXIMUM_BATCH])
    ]


def _table(letters: Sequence[DeadLetterSummary]) -> Table:
    shown = Table(box=None, header_style="dim", pad_edge=False)
    for heading in ("id", "state", "runtime"):
        shown.add_column(heading, no_wrap=True)
    for heading in ("given up", "lost runs"):
        shown.add_column(heading, justify="right", no_wrap=True)
    shown.add_column("the last loss", overflow="fold")
    shown.add_column("labels", overflow="fold")
    for letter in letters:
        shown.add_row(
            letter.evaluation_id,
            _state(letter),
            letter.runtime,
            age(letter.died),
            str(letter.infrastructure_attempts),
            safe_line(letter.reason),
            labels(letter.labels),
        )
    return shown


def _state(letter: DeadLetterSummary) -> Text:
    return Text(letter.state.value, style=_STYLES[letter.state])


def _whole(letter: DeadLetter) -> Group:
    head = Text.assemble((letter.evaluation_id, "bold"), " · ", _state(letter), f" · {letter.runtime}")
    if letter.replayed_as:
        head.append(f" · runs again as {letter.replayed_as}")
    if letter.resolved_by:
        head.append(f" · by {safe_line(letter.resolved_by)}", style="dim")
    history = Table(box=None, header_style="dim", pad_edge=False)
    for heading in ("when", "run"):
        history.add_column(heading, justify="right", no_wrap=True)
    for heading in ("worker", "what was lost"):
        history.add_column(heading, overflow="fold")
    for loss in letter.history:
        history.add_row(
            f"{loss.at:%Y-%m-%d %H:%M:%S %Z}",
            str(loss.attempt) if loss.attempt else "",
            safe_line(loss.worker or ""),
            safe_line(loss.reason),
        )
    return Group(head, history)
