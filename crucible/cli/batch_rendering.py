"""How batches look on a terminal."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from crucible.cli.rendering import FAULT_STYLES, age, labels
from crucible.cli.terminal import safe_line
from crucible.domain.batch import Batch, BatchState, CauseList
from crucible.domain.outcome import Outcome

_STATE_STYLES = {BatchState.OPEN: "blue", BatchState.RUNNING: "cyan", BatchState.CANCELLED: "bright_black"}
_BAR_CELLS = 30
_CAUSE_CHARACTERS = 100


def table(batches: Sequence[Batch]) -> Table:
    """Return a list as a table."""
    shown = Table(box=None, header_style="dim", pad_edge=False)
    shown.add_column("id", no_wrap=True)
    shown.add_column("state", no_wrap=True)
    for heading in ("ended", "succeeded", "created"):
        shown.add_column(heading, justify="right", no_wrap=True)
    shown.add_column("name", overflow="fold")
    for one in batches:
        shown.add_row(
            one.id,
            _state(one),
            f"{one.ended:,}/{one.received:,}",
            f"{one.outcomes.get(Outcome.SUCCEEDED, 0):,}",
            age(one.created_at),
            safe_line(one.name or ""),
        )
    return shown


def empty(*, filtered: bool) -> Text:
    """Return what a list without rows says."""
    if filtered:
        return Text("No batch is in that state.", style="dim")
    return Text("There are no batches. Make one:  crucible batch submit programs.jsonl", style="dim")


def panel(batch: Batch) -> Panel:
    """Return a batch with its histogram of outcomes."""
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(overflow="fold")
    facts.add_row("state", _state(batch))
    if batch.name:
        facts.add_row("name", safe_line(batch.name))
    facts.add_row("created", f"{batch.created_at:%Y-%m-%d %H:%M:%S %Z} by {safe_line(batch.created_by)}")
    if batch.finished_at:
        facts.add_row("took", f"{(batch.finished_at - batch.created_at).total_seconds():.1f} s")
    facts.add_row("ended", f"{batch.ended:,} of {batch.received:,}")
    if batch.retried:
        facts.add_row("retried", f"{batch.retried:,}")
    if batch.labels:
        facts.add_row("labels", labels(batch.labels))
    parts: list[RenderableType] = [facts]
    if batch.outcomes:
        parts += [Text(), _histogram(batch)]
    return Panel(Group(*parts), title=batch.id, title_align="left", border_style="dim")


def causes(found: CauseList) -> Table:
    """Return why evaluations ended badly."""
    shown = Table(box=None, header_style="dim", pad_edge=False)
    shown.add_column("count", justify="right")
    shown.add_column("outcome", no_wrap=True)
    shown.add_column("cause", overflow="fold")
    shown.add_column("for example", no_wrap=True)
    for each in found.items:
        outcome = Text(each.outcome.replace("_", " "), style=FAULT_STYLES[each.fault])
        said = Text(safe_line(each.cause or "")[:_CAUSE_CHARACTERS])
        shown.add_row(f"{each.count:,}", outcome, said, each.examples[0])
    if found.truncated:
        shown.add_row("", "", Text("and more causes", style="dim"), "")
    return shown


def _state(batch: Batch) -> Text:
    if batch.cancel_requested and batch.state is BatchState.RUNNING:
        return Text("being cancelled", style="yellow")
    return Text(batch.state, style=_STATE_STYLES.get(batch.state, "green"))


def _histogram(batch: Batch) -> Table:
    shown = Table.grid(padding=(0, 2))
    for outcome, count in sorted(batch.outcomes.items(), key=lambda pair: -pair[1]):
        style = FAULT_STYLES[outcome.fault]
        cells = max(1, round(_BAR_CELLS * count / batch.received))
        shown.add_row(
            Text(outcome.replace("_", " "), style=style),
            Text(f"{count:,}", justify="right"),
            Text(f"{count / batch.received:.1%}", style="dim", justify="right"),
            Text("█" * cells, style=style),
        )
    return shown
