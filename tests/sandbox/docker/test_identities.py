"""Which user of the host a container's program is, and what it is called in there."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from crucible.domain.sandbox import Promise
from crucible.sandbox import ids
from crucible.sandbox.docker.identities import Identities
from crucible.sandbox.plan import PROGRAM_UID
from tests.sandbox.fixtures import Sandboxes, on_engine

SPAN = ids.OF_ROOT["docker"]


@pytest.fixture
def given(request: pytest.FixtureRequest) -> Iterator[Identities]:
    remapped, own_kernel = request.param
    identities = Identities(remapped=remapped, own_kernel=own_kernel)
    yield identities
    identities.blocks.close()


@pytest.mark.asyncio(loop_scope="session")
@on_engine("docker")
@pytest.mark.usefixtures("nothing_left")
async def test_programs_that_live_at_once_are_users_of_their_own_by_one_name(sandboxes: Sandboxes) -> None:
    look = "import grp, os, pwd\nprint(os.getuid(), os.getgid(), pwd.getpwuid(os.getuid()).pw_name, end=' ')\n"
    look += "print(grp.getgrgid(os.getgid()).gr_name, pwd.getpwnam('sandbox').pw_uid, os.stat('.').st_uid)"
    assert Promise.COUNTED_APART not in sandboxes.driver.report().unpromised
    together = await asyncio.gather(*(sandboxes.run(look) for _ in range(3)))
    users = {int(ran.text.split()[0]) for ran in together}
    assert len(users) == 3
    assert users <= {SPAN.start(block) + PROGRAM_UID for block in range(SPAN.count)}
    assert {ran.text for ran in together} == {f"{user} {user} sandbox sandbox {user} {user}\n" for user in users}


@pytest.mark.parametrize("given", [(False, False)], indirect=True)
def test_a_program_and_a_session_have_no_id_in_common(given: Identities) -> None:
    program, (session, keeper) = given.of_program(given.blocks.take()), given.of_session(given.blocks.take())
    [(_, first, count)] = session.map
    assert program not in range(first, first + count)
    assert program != keeper
    assert keeper not in range(first, first + count)


@pytest.mark.parametrize("given", [(True, False), (False, True), (True, True)], indirect=True)
def test_where_ids_are_not_the_hosts_every_program_is_the_same_user(given: Identities) -> None:
    assert {given.of_program(given.blocks.take()) for _ in range(2)} == {PROGRAM_UID}


def test_a_range_for_all_containers_is_said_to_be_shared_and_gvisors_users_are_not() -> None:
    assert "one range" in str(Identities(remapped=True, own_kernel=False).shared)
    assert Identities(remapped=True, own_kernel=True).shared is None


def test_where_the_machine_has_too_few_ids_one_user_is_for_all() -> None:
    look = (
        "from crucible.sandbox.docker.identities import Identities\n"
        "here = Identities(remapped=False, own_kernel=False)\n"
        "print(here.of_program(here.blocks.take()), here.shared)"
    )
    command = ["unshare", "--user", "--map-root-user", sys.executable, "-c", look]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said == f"{PROGRAM_UID} this machine is in a user namespace, which has too few ids\n"


def test_what_another_users_executor_may_give_out_is_said_to_be_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ids, "Blocks", lambda span: span)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert "another user" in str(Identities(remapped=False, own_kernel=False).shared)
