"""`crucible webhooks`: who is told of failures and ends, and what came of telling them."""

import time
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from crucible.cli.options import DEFAULT_URL, Json, Url
from crucible.cli.rendering import age, print_json, show
from crucible.cli.server import connected
from crucible.cli.terminal import safe_line
from crucible.client.operations import Operations
from crucible.domain.mistakes import filled
from crucible.domain.webhook import (
    FAILURES,
    MAXIMUM_WEBHOOKS,
    Delivery,
    DeliveryState,
    Webhook,
    WebhookEvent,
    WebhookList,
    WebhookRequest,
)

webhooks = typer.Typer(no_args_is_help=True)

_STYLES = {
    DeliveryState.PENDING: "blue",
    DeliveryState.DELIVERED: "green",
    DeliveryState.GIVEN_UP: "bold magenta",
}
_Id = Annotated[str, typer.Argument(metavar="ID", help="A receiver: `wh_…`.")]
_PATIENCE_SECONDS = 15.0
"""Longer than one attempt may last, and the pause before it."""
_LOOK_SECONDS = 0.2
_EXIT_UNTOLD = 1


@webhooks.command("list")
def list_webhooks(*, json: Json = False, url: Url = DEFAULT_URL) -> None:
    """List who is told, and of what."""
    with connected(url) as crucible:
        found = crucible.operations.webhooks()
    if json:
        print_json(WebhookList(items=found))
    elif found:
        show(_table(found))
    else:
        show(Text("Nobody is told. Try:  crucible webhooks add https://example.org/hook", style="dim"))


@webhooks.command("add")
def add(
    address: Annotated[str, typer.Argument(metavar="URL", help="Where to POST: https://…")],
    *,
    event: Annotated[
        list[WebhookEvent] | None, typer.Option("--event", help="Repeatable; else both kinds of failure.")
    ] = None,
    json: Json = False,
    url: Url = DEFAULT_URL,
) -> None:
    """Have a receiver told from now on. Its secret, with which it verifies what comes, is shown this once."""
    request = filled(WebhookRequest, {"url": address, "events": event or FAILURES})
    with connected(url) as crucible:
        made = crucible.operations.add_webhook(request)
    if json:
        print_json(made)
    else:
        typer.echo(f"{made.id}\nsecret, not shown again: {made.secret}")


@webhooks.command("remove")
def remove(webhook_id: _Id, *, url: Url = DEFAULT_URL) -> None:
    """Tell a receiver no more, not even what it has still to be told."""
    with connected(url) as crucible:
        crucible.operations.remove_webhook(webhook_id)


@webhooks.command("test")
def try_out(webhook_id: _Id, *, json: Json = False, url: Url = DEFAULT_URL) -> None:
    """Send a receiver a notification as any other, and say what came of the first attempt; exit 1 if it failed."""
    with connected(url) as crucible:
        sent = _after_an_attempt(crucible.operations, webhook_id, crucible.operations.test_webhook(webhook_id))
    if json:
        print_json(sent)
    elif sent.state is DeliveryState.DELIVERED:
        typer.echo(f"delivered: it answered {sent.status}")
    else:
        why = sent.error or "nobody has tried yet: does a scheduler run?"
        typer.echo(f"not delivered: {safe_line(why)}", err=True)
    if sent.state is not DeliveryState.DELIVERED:
        raise typer.Exit(_EXIT_UNTOLD)


@webhooks.command("deliveries")
def deliveries(
    webhook_id: _Id,
    *,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=200, help="At most so many.")] = 20,
    json: Json = False,
    url: Url = DEFAULT_URL,
) -> None:
    """List what a receiver was told, newest first, and what came of it."""
    with connected(url) as crucible:
        found = crucible.operations.deliveries(webhook_id, limit=limit)
    if json:
        print_json(*found)
    elif found:
        show(_deliveries(found))
    else:
        show(Text("Nothing has happened that it is to be told.", style="dim"))


def _after_an_attempt(operations: Operations, webhook_id: str, sent: Delivery) -> Delivery:
    until = time.monotonic() + _PATIENCE_SECONDS
    while sent.state is DeliveryState.PENDING and sent.error is None and time.monotonic() < until:
        time.sleep(_LOOK_SECONDS)
        lately = operations.deliveries(webhook_id)
        sent = next((each for each in lately if each.id == sent.id), sent)
    return sent


def _table(found: Sequence[Webhook]) -> Table:
    shown = Table(box=None, header_style="dim", pad_edge=False)
    for heading in ("id", "since"):
        shown.add_column(heading, no_wrap=True)
    for heading in ("is told of", "at"):
        shown.add_column(heading, overflow="fold")
    for one in found:
        shown.add_row(one.id, age(one.created), " ".join(sorted(one.events)), safe_line(one.url))
    shown.caption = f"{len(found)} of at most {MAXIMUM_WEBHOOKS}"
    return shown


def _deliveries(found: Sequence[Delivery]) -> Table:
    shown = Table(box=None, header_style="dim", pad_edge=False)
    for heading in ("event", "about", "state"):
        shown.add_column(heading, no_wrap=True)
    for heading in ("when", "attempts", "answer"):
        shown.add_column(heading, justify="right", no_wrap=True)
    shown.add_column("error", overflow="fold")
    for one in found:
        shown.add_row(
            one.event.value,
            one.evaluation_id or one.batch_id or one.pipeline_id or "",
            Text(one.state.value.replace("_", " "), style=_STYLES[one.state]),
            age(one.created),
            str(one.attempts),
            str(one.status or ""),
            safe_line(one.error or ""),
        )
    return shown
