"""Sessions behind gVisor's kernel in Docker's containers, whose orders and output go over the container's streams.

What a session promises and what a program in it can't do, as far as that way has a part in it; what gVisor's
kernel does with the rest is tested where it is reached without an engine.
"""

import pytest

from crucible.domain import errors
from crucible.domain.limits import MIB
from crucible.domain.session import EndReason, SessionLimits, SessionSpec
from crucible.sandbox.driver import Session
from tests.sandbox import test_session_attempts as claims_of_attempts
from tests.sandbox import test_sessions as claims
from tests.sandbox.fixtures import Sandboxes, on_engine
from tests.sandbox.oci import gvisor_session
from tests.security import test_sessions as attacks

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.usefixtures("sessions_possible"),
    on_engine("docker-gvisor"),
]

SPEC = SessionSpec(env={"FROM": "the session"})
shared, session = gvisor_session.shared, gvisor_session.session

test_exec = claims.test_an_exec_says_how_it_ended
test_state = claims.test_what_one_exec_leaves_the_next_one_finds
test_shared_memory = claims.test_processes_meet_in_shared_memory
test_argv_stdin_env_and_cwd = claims.test_argv_stdin_env_and_cwd_reach_the_program
test_stdin = claims.test_fifty_mebibytes_of_stdin_arrive
test_arguments = claims.test_a_mebibyte_and_a_half_of_arguments_arrives
test_streaming = claims.test_output_is_streamed_as_it_comes
test_much_output = claims.test_of_much_output_the_end_is_kept
test_timeout = claims.test_a_timeout_kills_the_whole_tree_and_keeps_the_output_so_far
test_leaving = claims.test_a_caller_who_leaves_ends_the_exec
test_failures = claims.test_what_cannot_be_run_says_why
test_files = claims.test_files_are_written_and_read
test_disk = claims.test_a_full_disk_keeps_what_was_there
test_usage = claims.test_usage_says_what_it_uses
test_attempts = claims_of_attempts.test_what_is_tried_is_named_counted_and_refused_as_ever

test_power_over_process_1 = attacks.test_root_inside_has_no_power_over_process_1
test_becoming_process_1s_user = attacks.test_nobody_inside_can_become_process_1s_user
test_forged_result = attacks.test_a_result_cannot_be_forged
test_changing_an_order = attacks.test_nobody_changes_an_order_or_says_what_came_of_it

POWER = """
import os, resource, subprocess
who = int(subprocess.check_output("ps -u 65534 -o pid= | grep -vw 1", shell=True))
print("session_init" in open(f"/proc/{who}/cmdline").read())
def tried(what, *arguments):
    try: return what(*arguments)
    except OSError as error: return error.strerror
print({tried(os.kill, who, number) for number in range(1, 65) if number not in (32, 33)})
print(tried(resource.prlimit, who, resource.RLIMIT_NOFILE, (4, 4)))
for held in os.listdir(f"/proc/{who}/fd"):
    path = f"/proc/{who}/fd/{held}"
    for how in (os.O_RDONLY, os.O_WRONLY):
        if os.readlink(path) != "/dev/null" and isinstance(tried(os.open, path, how | os.O_NONBLOCK), int):
            print("opened", path, os.readlink(path))
for what in ("mem", "root/", "cwd/"):
    if isinstance(tried(os.open, f"/proc/{who}/{what}", os.O_RDONLY), int): print("opened", what)
"""


async def test_root_inside_becomes_users_and_gives_them_files(session: Session) -> None:
    script = "touch made; chown 1007:1008 made; stat -c %u:%g made; runuser -u sandbox -- id -un; id -un"
    assert await claims.text(session, script) == "1007:1008\nsandbox\nroot\n"


async def test_root_inside_has_no_power_over_what_stands_beside_process_1(session: Session) -> None:
    ran = await claims.run(session, "python3", "-c", POWER)
    assert ran.stdout == b"True\n{'Operation not permitted'}\nOperation not permitted\n", ran


async def test_more_files_than_its_memory_holds_end_a_session_and_nothing_else(
    session: Session, sandboxes: Sandboxes
) -> None:
    """gVisor's own tmpfs counts no inodes."""
    full = await sandboxes.open_session(SessionSpec(limits=SessionLimits(memory_bytes=64 * MIB)))
    try:
        with pytest.raises(errors.SessionEndedError, match="as its memory was spent"):
            await claims.run(full, "python3", "-c", "import os\nfor n in range(10 ** 7): os.mkdir(str(n))")
    finally:
        await full.end(EndReason.DESTROYED, "the test is over")
    assert await claims.text(session, "echo works") == "works\n"
