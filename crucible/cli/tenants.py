"""`crucible tenants`: whose evaluations there are, and how the workers are shared between them."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from crucible.cli.options import DEFAULT_URL, Json, Url
from crucible.cli.rendering import print_json, show
from crucible.cli.server import connected
from crucible.cli.terminal import safe_line
from crucible.domain.errors import NotFoundError
from crucible.domain.tenant import MAXIMUM_CAP, MAXIMUM_WEIGHT, Tenant, TenantShare

tenants = typer.Typer(no_args_is_help=True)


@tenants.command("list")
def list_tenants(*, json: Json = False, url: Url = DEFAULT_URL) -> None:
    """List every tenant: its share of the workers, and what of it waits and runs."""
    with connected(url) as crucible:
        found = crucible.operations.tenants()
    if json:
        print_json(*found)
    else:
        show(_table(found))


@tenants.command("set")
def set_share(
    tenant_id: Annotated[str, typer.Argument(metavar="TENANT", help="As the list has it: `tn_…`.")],
    *,
    cap: Annotated[
        int | None, typer.Option("--cap", min=1, max=MAXIMUM_CAP, help="How many may run at once.")
    ] = None,
    no_cap: Annotated[bool, typer.Option("--no-cap", help="As many as the settings say.")] = False,
    weight: Annotated[
        int | None,
        typer.Option("--weight", min=1, max=MAXIMUM_WEIGHT, help="Slots for each of one whose weight is 1."),
    ] = None,
    json: Json = False,
    url: Url = DEFAULT_URL,
) -> None:
    """Set a tenant's cap, its weight, or both; what is not named stays as it is."""
    if cap is None and weight is None and not no_cap:
        raise typer.BadParameter("say what to set: --cap, --no-cap or --weight")
    if cap is not None and no_cap:
        raise typer.BadParameter("--cap and --no-cap exclude each other")
    with connected(url) as crucible:
        known = {each.id: each for each in crucible.operations.tenants()}
        if tenant_id not in known:
            raise NotFoundError(f"there is no tenant {tenant_id!r}; there are: {', '.join(known)}")
        before = known[tenant_id]
        wanted = TenantShare(
            cap=None if no_cap else cap or before.cap, weight=before.weight if weight is None else weight
        )
        changed = crucible.operations.share(tenant_id, wanted)
    if json:
        print_json(changed)
    else:
        show(_table([changed]))


def _table(found: Sequence[Tenant]) -> Table:
    shown = Table(box=None, header_style="dim", pad_edge=False)
    shown.add_column("id", no_wrap=True)
    shown.add_column("name", overflow="fold")
    for heading in ("cap", "weight", "waiting", "running"):
        shown.add_column(heading, justify="right", no_wrap=True)
    for one in found:
        counts = (f"{number:,}" for number in (one.weight, one.waiting, one.running))
        shown.add_row(one.id, safe_line(one.name), _cap(one), *counts)
    return shown


def _cap(one: Tenant) -> Text:
    if one.cap_in_force is None:
        return Text("none", style="dim")
    return Text(f"{one.cap_in_force:,}" + ("" if one.cap else " (settings)"))
