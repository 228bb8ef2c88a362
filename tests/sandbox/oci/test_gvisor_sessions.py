"""What every session promises, of one behind gVisor's kernel: the claims that a kernel has a part in."""

import pytest

from crucible.domain import errors
from crucible.domain.session import EndReason, SessionSpec
from tests.sandbox import test_sessions as claims
from tests.sandbox.fixtures import Sandboxes, on_engine
from tests.sandbox.oci import gvisor_session

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.usefixtures("sessions_possible"),
    on_engine("gvisor"),
]

SPEC = SessionSpec(env={"FROM": "the session"})
shared, session = gvisor_session.shared, gvisor_session.session

test_exec = claims.test_an_exec_says_how_it_ended
test_state = claims.test_what_one_exec_leaves_the_next_one_finds
test_shared_memory = claims.test_processes_meet_in_shared_memory
test_argv_stdin_env_and_cwd = claims.test_argv_stdin_env_and_cwd_reach_the_program
test_stdin = claims.test_fifty_mebibytes_of_stdin_arrive
test_arguments = claims.test_a_mebibyte_and_a_half_of_arguments_arrives
test_one_argument = claims.test_one_argument_may_be_as_large_as_the_kernel_takes_and_no_larger
test_streaming = claims.test_output_is_streamed_as_it_comes
test_much_output = claims.test_of_much_output_the_end_is_kept
test_timeout = claims.test_a_timeout_kills_the_whole_tree_and_keeps_the_output_so_far
test_leaving = claims.test_a_caller_who_leaves_ends_the_exec
test_users = claims.test_root_inside_makes_users_and_becomes_them
test_failures = claims.test_what_cannot_be_run_says_why
test_files = claims.test_files_are_written_and_read
test_failures_of_files = claims.test_what_is_wrong_with_a_file_has_a_type
test_disk = claims.test_a_full_disk_keeps_what_was_there
test_usage = claims.test_usage_says_what_it_uses


async def test_a_session_whose_memory_is_spent_ends_and_says_why(sandboxes: Sandboxes) -> None:
    """The host's kernel sees one process, which is the program's kernel, too."""
    session = await sandboxes.open_session(SessionSpec())
    try:
        with pytest.raises(errors.SessionEndedError, match="as its memory was spent"):
            await claims.run(session, "python3", "-c", "x = bytearray(1 << 30)")
    finally:
        await session.end(EndReason.DESTROYED, "the test is over")
