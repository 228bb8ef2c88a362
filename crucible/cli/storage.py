"""`crucible storage`: what is kept, and how much room that takes."""

from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from crucible.cli.options import DEFAULT_URL, Json, Url
from crucible.cli.rendering import age, print_json, show
from crucible.cli.server import connected
from crucible.cli.sizes import in_words
from crucible.domain.retention import RetentionPlan
from crucible.domain.storage import Storage

_DAY_SECONDS = 86_400


def storage(
    *,
    plan: Annotated[
        bool, typer.Option("--plan", help="Also what retention would remove and delete now; nothing is.")
    ] = False,
    deleted_days: Annotated[
        float | None,
        typer.Option(min=0, max=36_500, help="With --plan: if what was deleted were kept for so long."),
    ] = None,
    ended_days: Annotated[
        float | None, typer.Option(min=0, max=36_500, help="With --plan: if what ended were kept for so long.")
    ] = None,
    json: Json = False,
    url: Url = DEFAULT_URL,
) -> None:
    """Show what evaluations keep beside the database, how large that is, and what will be removed when."""
    if not plan and (deleted_days is not None or ended_days is not None):
        raise typer.BadParameter("--deleted-days and --ended-days are about a plan: add --plan")
    with connected(url) as crucible:
        found = crucible.operations.storage(plan=plan, deleted_days=deleted_days, ended_days=ended_days)
    if json:
        print_json(found)
    else:
        show(rendered(found))


def rendered(found: Storage) -> RenderableType:
    """Return it as a table."""
    shown = Table(box=None, header_style="dim", pad_edge=False)
    shown.add_column("kept", no_wrap=True)
    for heading in ("blobs", "bytes"):
        shown.add_column(heading, justify="right", no_wrap=True)
    for kind, count in found.blobs.kinds.items():
        shown.add_row(kind.value, f"{count.count:,}", in_words(count.bytes))
    shown.add_row("all blobs", f"{found.blobs.count:,}", in_words(found.blobs.bytes))
    shown.add_row(f"database ({found.database.kind})", "", in_words(found.database.bytes))
    if found.database.free_bytes:
        shown.add_row("  of it to be used again", "", in_words(found.database.free_bytes))
    lines = [_kept(found), _deleted(found)]
    if found.plan is not None:
        lines.append(_planned(found.plan))
    return Group(shown, Text(""), *lines)


def _kept(found: Storage) -> Text:
    since = "nothing is kept" if found.oldest is None else f"the oldest was queued {age(found.oldest, found.at)}"
    ended = "never" if found.ended_seconds is None else f"{_days(found.ended_seconds)} after its end"
    return Text(f"{since}; what ended is deleted by itself {ended}", style="dim")


def _deleted(found: Storage) -> Text:
    kept = "for good" if found.retention_seconds is None else f"for {_days(found.retention_seconds)}"
    if not found.deleted.count:
        return Text(f"nothing is deleted; what is deleted can be restored {kept}", style="dim")
    words = f"{found.deleted.count:,} deleted, can be restored {kept}"
    if found.next_removal is not None:
        words += f"; the first is removed at {found.next_removal:%Y-%m-%d %H:%M} UTC"
    return Text(words, style="yellow")


def _planned(plan: RetentionPlan) -> Text:
    parts = []
    if plan.deleted_seconds is None:
        parts.append("nothing would be removed")
    else:
        parts.append(
            f"{plan.removed:,} that were deleted more than {_days(plan.deleted_seconds)} ago would be removed, "
            f"with {in_words(plan.removed_blob_bytes)} of blobs"
        )
    if plan.ended_seconds is not None:
        parts.append(f"{plan.deleted:,} that ended more than {_days(plan.ended_seconds)} ago would be deleted")
    return Text("now " + "; ".join(parts), style="bold")


def _days(seconds: float) -> str:
    days = seconds / _DAY_SECONDS
    return f"{days:g} day{'' if days == 1 else 's'}"
