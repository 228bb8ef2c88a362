"""What a hostile program in a session tries, behind gVisor's kernel: the attacks that a kernel has a part in stopping."""

from dataclasses import replace

import pytest

from crucible.domain.limits import MIB
from crucible.domain.session import SessionSpec
from tests.sandbox.fixtures import on_engine
from tests.sandbox.oci import gvisor_session
from tests.security import test_sessions as attacks

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.usefixtures("sessions_possible"),
    on_engine("gvisor"),
]

test_what_is_held_open = attacks.test_what_process_1_and_its_children_hold_open_cannot_be_read
test_pipe_or_device = attacks.test_a_pipe_or_a_device_does_not_hold_a_reader_up
test_power_over_process_1 = attacks.test_root_inside_has_no_power_over_process_1
test_becoming_process_1s_user = attacks.test_nobody_inside_can_become_process_1s_user
test_forged_result = attacks.test_a_result_cannot_be_forged
test_changing_an_order = attacks.test_nobody_changes_an_order_or_says_what_came_of_it
test_surviving_a_timeout = attacks.test_a_timeout_is_survived_by_nothing
test_fork_bomb = attacks.test_a_fork_bomb_leaves_the_session_able_to_answer
test_filling_the_disk = attacks.test_who_fills_the_disk_or_its_inodes_hits_an_error
test_killing_what_works_on_a_file = attacks.test_what_works_on_a_file_may_be_killed_and_is_never_believed_then
test_stopping_what_is_no_program_yet = (
    attacks.test_a_process_that_is_stopped_before_it_is_in_its_group_is_killed_all_the_same
)

SPEC = SessionSpec(limits=replace(attacks.LIMITS, memory_bytes=512 * MIB))
"""A process costs gVisor's kernel more than the host's."""
shared, session = gvisor_session.shared, gvisor_session.session
