"""How evaluations look on a terminal."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from pydantic import BaseModel
from rich.console import Console, Group, RenderableType
from rich.measure import Measurement
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from crucible.cli.attempts import attempt_line
from crucible.cli.progress import progress_line
from crucible.cli.sizes import in_words
from crucible.cli.terminal import safe_json, safe_line
from crucible.domain.evaluation import Evaluation, EvaluationSummary
from crucible.domain.outcome import Fault
from crucible.domain.sandbox import Containment
from crucible.domain.status import Status

FAULT_STYLES = {
    Fault.NOBODY: "green",
    Fault.PROGRAM: "red",
    Fault.LIMIT: "yellow",
    Fault.USER: "bright_black",
    Fault.CRUCIBLE: "bold magenta",
}
_STATUS_STYLES = {Status.QUEUED: "blue", Status.RUNNING: "cyan"}
_TAIL_CHARACTERS = 2000
_MOST_ATTEMPTS = 20
_WIDE = 400
_FOLDED = 9
"""Down to how many characters a column goes that may break words: `succeeded` beside it stays whole."""
_BETWEEN_COLUMNS = 2
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def print_json(*models: BaseModel) -> None:
    """Write each model as one line of JSON to standard output."""
    for model in models:
        sys.stdout.write(safe_json(model.model_dump_json()) + "\n")
    sys.stdout.flush()


def console(*, stderr: bool = False, width: int | None = None) -> Console:
    """Return what shows others' words as they are: square brackets are no style in them, and colons no picture."""
    return Console(stderr=stderr, width=width, markup=False, emoji=False)


def show(renderable: RenderableType) -> None:
    """Write to standard output, in colour where it is a terminal. An id is whole, however narrow that may be."""
    terminal = sys.stdout.isatty()
    shown_on = console(width=None if terminal else _WIDE)
    if isinstance(renderable, Panel):
        renderable.expand = terminal
    parts = renderable.renderables if isinstance(renderable, Group) else [renderable]
    shown_on.width = max([shown_on.width, *(_least_width(shown_on, part) for part in parts)])
    shown_on.print(renderable)


def ending(evaluation: EvaluationSummary) -> Text:
    """Return how it ended, or where it is, coloured by whose doing that is."""
    if evaluation.outcome is None:
        return Text(evaluation.status.value, style=_STATUS_STYLES.get(evaluation.status, ""))
    text = Text(evaluation.outcome.value.replace("_", " "), style=FAULT_STYLES[evaluation.outcome.fault])
    if evaluation.exit_code:
        text.append(f" ({evaluation.exit_code})")
    if evaluation.signal:
        text.append(f" ({evaluation.signal})")
    return text


def verdict(evaluation: EvaluationSummary) -> Text:
    """Return the end in one line: how, how long, how much, and which evaluation."""
    text = ending(evaluation)
    if usage := evaluation.usage:
        text.append(
            f" · {usage.wall_seconds:.2f} s · {usage.cpu_seconds:.2f} s CPU · {in_words(usage.peak_memory_bytes)}",
            style="dim",
        )
    if evaluation.attempt_count:
        text.append(f" · {evaluation.attempt_count} refused", style="yellow")
    text.append(f" · {evaluation.id}", style="dim")
    if evaluation.error:
        text.append(f"\n{safe_line(evaluation.error)}", style="dim")
    return text


def containment_lines(containment: Containment) -> list[str]:
    """Return what stood between a program and the host: first what held as a whole, then each layer and limit."""
    parts = [containment.engine, containment.isolation.value, containment.kernel]
    if containment.seccomp:
        parts.append(f"seccomp {containment.seccomp[:12]}")
    if containment.landlock_abi:
        parts.append(f"Landlock ABI {containment.landlock_abi}")
    if containment.cgroup_version:
        parts.append(f"cgroup v{containment.cgroup_version}")
    layers = [f"{what}: {how}" for what, how in containment.enforces.items()]
    return [safe_line(line) for line in (" · ".join(parts), *layers)]


def table(evaluations: Sequence[EvaluationSummary]) -> Table:
    """Return a list as a table."""
    shown = Table(box=None, header_style="dim", pad_edge=False)
    shown.add_column("id", no_wrap=True)
    shown.add_column("ending")
    shown.add_column("runtime", no_wrap=True)
    for heading in ("age", "took"):
        shown.add_column(heading, justify="right", no_wrap=True)
    shown.add_column("labels", overflow="fold")
    for one in evaluations:
        took = f"{one.usage.wall_seconds:.2f} s" if one.usage else ""
        shown.add_row(one.id, ending(one), one.runtime, _since(one.timing.queued), took, labels(one.labels))
    return shown


def empty_list(filtered: bool) -> RenderableType:
    """Return what a list without rows says: why it is so, and what to do next."""
    if filtered:
        return Text("No evaluation matches. `crucible list` without filters shows all.", style="dim")
    return Group(
        Text("Nothing has run here yet."),
        Text("Try:  echo 'print(1 + 1)' | crucible run - --runtime python", style="dim"),
    )


def panel(evaluation: Evaluation) -> Panel:
    """Return all that is known of an evaluation."""
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(overflow="fold")
    for name, value in _facts(evaluation):
        facts.add_row(name, value)
    parts: list[RenderableType] = [facts]
    for stream, text in (("stdout", evaluation.stdout), ("stderr", evaluation.stderr)):
        if text:
            parts += [Text(f"\n{stream}", style="dim"), Text(_tail(text))]
    return Panel(Group(*parts), title=evaluation.id, title_align="left", border_style="dim")


def labels(values: dict[str, str]) -> str:
    """Return labels as `key=value`, side by side."""
    return safe_line("  ".join(f"{key}={value}" if value else key for key, value in sorted(values.items())))


def age(moment: datetime, now: datetime | None = None) -> str:
    """Return how long ago something was, in the largest unit that says enough."""
    return f"{_since(moment, now)} ago"


def _since(moment: datetime, now: datetime | None = None) -> str:
    return duration(((now or datetime.now(UTC)) - moment).total_seconds())


def duration(seconds: float) -> str:
    """Return how long something takes, in the largest unit that says enough."""
    whole = max(0, int(seconds))
    for size, unit in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min")):
        if whole >= size:
            return f"{whole // size} {unit}"
    return f"{whole} s"


def _least_width(shown_on: Console, shown: RenderableType) -> int:
    """Return the width below which a table's cells would be cut; a narrower terminal breaks its lines instead."""
    if not isinstance(shown, Table):
        return 0
    wide = shown_on.options.update(width=_WIDE)
    least = 0
    for column in shown.columns:
        cells = [Measurement.get(shown_on, wide, cell) for cell in (column.header, *column.cells)]
        whole, longest_word = max(cell.maximum for cell in cells), max(cell.minimum for cell in cells)
        wrapped = min(longest_word, _FOLDED) if column.overflow == "fold" else longest_word
        least += _BETWEEN_COLUMNS + (whole if column.no_wrap else wrapped)
    return least - _BETWEEN_COLUMNS


def _facts(evaluation: Evaluation) -> list[tuple[str, RenderableType]]:
    timing, limits = evaluation.timing, evaluation.limits
    facts: list[tuple[str, RenderableType]] = [
        ("ending", ending(evaluation)),
        ("runtime", safe_line(" · ".join(filter(None, (evaluation.runtime, evaluation.runtime_version))))),
        ("queued", f"{timing.queued:%Y-%m-%d %H:%M:%S %Z}"),
        (
            "limits",
            f"{limits.wall_seconds:g} s wall · {in_words(limits.memory_bytes)} · {limits.processes} processes",
        ),
    ]
    for place, (name, told) in enumerate(_told(evaluation), 1):
        facts.insert(place, (name, safe_line(told)))
    facts += _run(evaluation)
    if evaluation.containment:
        facts.append(("contained", "\n".join(containment_lines(evaluation.containment))))
    if evaluation.attempts:
        facts.append(("attempts", "\n".join(_attempts(evaluation))))
    if evaluation.worker_labels:
        facts.append(("worker labels", safe_line(", ".join(evaluation.worker_labels))))
    if evaluation.pipeline_id:
        facts.append(("stage", f"{evaluation.stage} of {evaluation.pipeline_id}"))
    if evaluation.labels:
        facts.append(("labels", labels(evaluation.labels)))
    if evaluation.files:
        facts.append(
            ("files", "\n".join(f"{safe_line(f.path)}  {in_words(f.size_bytes)}" for f in evaluation.files))
        )
    if evaluation.infrastructure_attempts:
        facts.append(("lost runs", str(evaluation.infrastructure_attempts)))
    return facts


def _run(evaluation: Evaluation) -> list[tuple[str, RenderableType]]:
    timing = evaluation.timing
    facts: list[tuple[str, RenderableType]] = []
    if evaluation.progress:
        facts.append(("progress", progress_line(evaluation.progress)))
    if timing.started and timing.finished:
        facts.append(("ran", f"{(timing.finished - timing.started).total_seconds():.2f} s"))
    if evaluation.usage:
        facts.append(("usage", " · ".join(_usage(evaluation))))
    return facts


def _told(evaluation: Evaluation) -> list[tuple[str, str]]:
    """Return why it did not go as one would expect, or has not gone at all."""
    waits = evaluation.waiting.detail if evaluation.waiting else None
    return [(name, told) for name, told in (("error", evaluation.error), ("waits", waits)) if told]


def _attempts(evaluation: Evaluation) -> list[str]:
    shown = [f"{attempt.wall_seconds:7.3f} s  {attempt_line(attempt)}" for attempt in evaluation.attempts]
    more = len(shown) - _MOST_ATTEMPTS
    return shown if more <= 0 else [*shown[:_MOST_ATTEMPTS], f"and {more} more: see --json"]


def _usage(evaluation: EvaluationSummary) -> tuple[str, str, str]:
    usage = evaluation.usage
    if usage is None:
        return ("", "", "")
    return (f"{usage.wall_seconds:.2f} s", f"{usage.cpu_seconds:.2f} s", in_words(usage.peak_memory_bytes))


def _tail(text: str) -> str:
    shown = text if len(text) <= _TAIL_CHARACTERS else f"…{text[-_TAIL_CHARACTERS:]}"
    return "\n".join(safe_line(line) for line in shown.splitlines())
