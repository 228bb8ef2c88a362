"""`crucible tenants`, from the command line to a real server."""

import json

import pytest

from crucible.client import AsyncCrucible
from crucible.domain.tenant import TenantShare
from tests.cli.conftest import Command
from tests.serving import Serving


@pytest.mark.usefixtures("server")
def test_a_share_is_set_and_what_is_not_named_stays(command: Command) -> None:
    capped = json.loads(command("tenants", "set", "tn_local", "--cap", "4", "--json").out)
    assert (capped["cap"], capped["weight"]) == (4, 1)
    weighed = json.loads(command("tenants", "set", "tn_local", "--weight", "3", "--json").out)
    assert (weighed["cap"], weighed["weight"]) == (4, 3)
    free = json.loads(command("tenants", "set", "tn_local", "--no-cap", "--json").out)
    assert (free["cap"], free["weight"]) == (None, 3)
    (listed,) = map(json.loads, command("tenants", "list", "--json").out.splitlines())
    assert listed == free
    assert b"none       3" in command("tenants", "list").out


@pytest.mark.usefixtures("server")
def test_what_is_no_share_is_refused(command: Command) -> None:
    for words in (
        ("tn_local",),
        ("tn_local", "--cap", "0"),
        ("tn_local", "--weight", "0"),
        ("tn_local", "--weight", "1001"),
        ("tn_local", "--cap", "3", "--no-cap"),
    ):
        assert command("tenants", "set", *words).code == 2
    unknown = command("tenants", "set", "tn_nobody", "--cap", "3")
    assert (unknown.code, "there are: tn_local" in unknown.err) == (1, True)


async def test_shares_are_set_through_the_asynchronous_client(server: Serving) -> None:
    async with AsyncCrucible(server.url) as crucible:
        shared = await crucible.operations.share("tn_local", TenantShare(cap=2))
        assert await crucible.operations.tenants() == (shared,)
