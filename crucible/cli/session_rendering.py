"""How sessions look on a terminal."""

from collections.abc import Sequence

from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from crucible.cli.rendering import age
from crucible.cli.sizes import in_words
from crucible.cli.terminal import safe_line
from crucible.domain.session_record import Session, SessionState, Usage

_STYLES = {
    SessionState.STARTING: "blue",
    SessionState.RUNNING: "cyan",
    SessionState.ENDED: "bright_black",
    SessionState.LOST: "bold magenta",
}


def table(sessions: Sequence[Session]) -> Table:
    """Return a list as a table."""
    shown = Table(box=None, header_style="dim", pad_edge=False)
    for heading in ("id", "state", "engine"):
        shown.add_column(heading, no_wrap=True)
    shown.add_column("created", justify="right", no_wrap=True)
    shown.add_column("why it ended", overflow="fold")
    for one in sessions:
        shown.add_row(one.id, _state(one), _engine(one), age(one.created_at), safe_line(one.detail or ""))
    return shown


def panel(session: Session, usage: Usage | None) -> Panel:
    """Return all that is known of a session."""
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(overflow="fold")
    facts.add_row("state", _state(session))
    if session.detail:
        facts.add_row("why", safe_line(session.detail))
    facts.add_row("engine", _engine(session))
    facts.add_row("created", f"{age(session.created_at)}, by {safe_line(session.owner)}")
    facts.add_row(
        "ends", f"{session.expires_at:%Y-%m-%d %H:%M:%S} UTC, or idle for {session.limits.idle_seconds:g} s"
    )
    if usage is not None:
        limits = session.limits
        facts.add_row("memory", f"{in_words(usage.memory_bytes)} of {in_words(limits.memory_bytes)}")
        facts.add_row("disk", f"{in_words(usage.disk_bytes)} of {in_words(limits.disk_bytes)}")
        facts.add_row("processes", f"{usage.processes} of {limits.processes}")
        facts.add_row("CPU", f"{usage.cpu_seconds:.2f} s in {usage.wall_seconds:.0f} s")
    return Panel(facts, title=session.id, title_align="left", border_style="dim")


def _state(session: Session) -> Text:
    text = Text(session.state.value, style=_STYLES[session.state])
    return text.append(f" ({session.reason.value})") if session.reason else text


def _engine(session: Session) -> str:
    return session.containment.engine if session.containment else safe_line(session.engine or "")
