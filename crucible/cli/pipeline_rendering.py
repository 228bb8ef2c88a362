"""How pipelines look on a terminal: a stage a line, further right the more stages it comes after."""

from collections.abc import Sequence
from datetime import UTC, datetime

from rich.console import Group
from rich.table import Table
from rich.text import Text

from crucible.cli.rendering import age, labels
from crucible.cli.terminal import safe_line
from crucible.domain.pipeline import Pipeline, PipelineState, PipelineSummary, Stage, StageStatus
from crucible.domain.pipeline_graph import in_order

_STATE_STYLES = {
    PipelineState.RUNNING: "cyan",
    PipelineState.COMPLETED: "green",
    PipelineState.FAILED: "red",
    PipelineState.CANCELLED: "bright_black",
}
_STATUSES = {
    StageStatus.WAITING: ("○", "bright_black"),
    StageStatus.QUEUED: ("◔", "blue"),
    StageStatus.RUNNING: ("●", "cyan"),
    StageStatus.COMPLETED: ("✓", "green"),
    StageStatus.FAILED: ("✗", "red"),
    StageStatus.CANCELLED: ("⊘", "bright_black"),
    StageStatus.SKIPPED: ("↷", "yellow"),
}
"""A sign and a colour for each; the word stands beside them."""


def table(pipelines: Sequence[PipelineSummary]) -> Table:
    """Return a list as a table."""
    shown = Table(box=None, header_style="dim", pad_edge=False)
    shown.add_column("id", no_wrap=True)
    shown.add_column("state", no_wrap=True)
    for heading in ("completed", "created"):
        shown.add_column(heading, justify="right", no_wrap=True)
    shown.add_column("name", overflow="fold")
    for one in pipelines:
        completed = f"{one.statuses.get(StageStatus.COMPLETED, 0)}/{one.stage_count}"
        shown.add_row(one.id, state(one), completed, age(one.created_at), safe_line(one.name or ""))
    return shown


def empty(*, filtered: bool) -> Text:
    """Return what a list without rows says."""
    if filtered:
        return Text("No pipeline is in that state.", style="dim")
    return Text("There are no pipelines. Run one:  crucible pipeline run pipeline.toml", style="dim")


def graph(pipeline: Pipeline) -> Group:
    """Return a pipeline and its stages, each below those that it needs."""
    heading = Text.assemble(pipeline.id, "  ", state(pipeline))
    if pipeline.name:
        heading.append(f"  {safe_line(pipeline.name)}")
    if pipeline.labels:
        heading.append(f"  {labels(pipeline.labels)}", style="dim")
    if pipeline.stopped_by:
        heading.append(f"  stopped by {pipeline.stopped_by}", style="dim")
    shown = Table.grid(padding=(0, 2))
    for _ in range(4):
        shown.add_column(no_wrap=True)
    shown.add_column(overflow="fold")
    stages = {stage.name: stage for stage in pipeline.stages}
    depths: dict[str, int] = {}
    for name in in_order({name: stage.needs for name, stage in stages.items()}):
        depths[name] = 1 + max((depths[need] for need in stages[name].needs), default=-1)
    for name in sorted(stages, key=lambda name: depths[name]):
        shown.add_row(*_cells(stages[name], depths[name]))
    return Group(heading, shown)


def state(pipeline: PipelineSummary) -> Text:
    """Return where a pipeline is, in colour."""
    if pipeline.cancel_requested and pipeline.state is PipelineState.RUNNING:
        return Text("being cancelled", style="yellow")
    return Text(pipeline.state, style=_STATE_STYLES[pipeline.state])


def _cells(stage: Stage, depth: int) -> tuple[Text, Text, Text, Text, Text]:
    sign, style = _STATUSES[stage.status]
    name = Text("  " * depth + f"{sign} {stage.name}", style=style)
    ending = Text(stage.status, style=style)
    after = Text(f"← {', '.join(stage.needs)}" if stage.needs else "", style="dim")
    told = " · ".join(safe_line(part) for part in (stage.evaluation_id, stage.why, stage.cause) if part)
    return name, ending, Text(_took(stage), justify="right"), after, Text(told, style="dim")


def _took(stage: Stage) -> str:
    if stage.started_at is None:
        return ""
    end = stage.finished_at or datetime.now(UTC)
    return f"{max(0.0, (end - stage.started_at).total_seconds()):.1f} s"
