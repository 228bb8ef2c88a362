"""`crucible storage`: what is kept, and how much room that takes."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from crucible.cli.options import DEFAULT_URL, Json, Url
from crucible.cli.rendering import age, print_json, show
from crucible.cli.server import connected
from crucible.cli.sizes import in_words
from crucible.domain.storage import Storage


def storage(*, json: Json = False, url: Url = DEFAULT_URL) -> None:
    """Show what evaluations keep beside the database, how large that is, and what can be restored."""
    with connected(url) as crucible:
        found = crucible.operations.storage()
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
    return Group(shown, Text("\n").append_text(_deleted(found)))


def _deleted(found: Storage) -> Text:
    if not found.deleted.count or found.deleted.oldest is None:
        return Text("nothing is deleted", style="dim")
    kept = "for good" if found.retention_seconds is None else f"for {found.retention_seconds / 86_400:g} days"
    queued = age(found.deleted.oldest, found.at)
    return Text(f"{found.deleted.count:,} deleted, kept {kept}; the oldest was queued {queued}", style="yellow")
