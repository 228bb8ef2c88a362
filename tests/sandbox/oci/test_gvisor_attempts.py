"""What is claimed of the record of attempts, behind gVisor's kernel: what process 1 has a tracer's part in."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from crucible.domain.outcome import Outcome
from crucible.domain.sandbox import SandboxAttempt
from crucible.domain.session import SessionSpec
from crucible.sandbox.driver import Session
from tests.sandbox import test_not_recorded as ordinary
from tests.sandbox import test_recorded as claims
from tests.sandbox import test_session_attempts as claims_of_sessions
from tests.sandbox.fixtures import Sandboxes, on_engine
from tests.sandbox.oci.gvisor_session import standing
from tests.security import test_attempts as attacks

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    on_engine("gvisor"),
]

test_calls = claims.test_a_refused_call_is_named_with_its_arguments_and_refused_as_before
test_connections = claims.test_a_connection_that_is_tried_is_told_with_address_and_port
test_names = claims.test_a_name_that_is_looked_up_is_told_and_there_is_none
test_stand_in = claims.test_what_stands_in_for_an_internet_socket_is_a_unix_socket_with_the_flags_asked_for
test_unix_sockets = claims.test_unix_sockets_work_as_ever_and_are_no_attempt
test_descent = claims.test_children_threads_and_executed_programs_are_watched_too
test_compiler = claims.test_a_compiler_is_watched_as_its_program_is
test_at_once = claims.test_an_attempt_is_told_while_the_program_runs
packages = ordinary.packages
test_numpy = ordinary.test_numpy_leaves_no_attempt
test_exit = attacks.test_whoever_exits_at_once_was_counted_before_it_was_answered
test_signals = attacks.test_signals_take_no_attempt_out_of_the_record
test_changing_memory = attacks.test_memory_that_changes_while_it_is_read_reaches_nobody
test_name_server = attacks.test_the_name_server_can_be_given_no_work_and_hides_nothing
test_bad_addresses = attacks.test_an_address_that_is_none_is_the_kernels_to_refuse
test_filters = attacks.test_no_filter_of_its_own_can_hide_what_a_program_tries
test_flood = attacks.test_a_flood_ends_with_its_time_and_its_neighbour_is_served

test_calls_in_a_session = claims_of_sessions.test_what_is_tried_is_named_counted_and_refused_as_ever
test_background = claims_of_sessions.test_what_stays_in_the_background_is_recorded_still
test_stopped_or_killed = claims_of_sessions.test_whoever_asks_and_is_killed_or_stopped_holds_up_nobody
test_hunter = claims_of_sessions.test_root_inside_can_not_stop_an_exec_from_being_behind_its_filter


@pytest_asyncio.fixture(loop_scope="session")
async def session(sandboxes: Sandboxes) -> AsyncIterator[Session]:
    async with standing(sandboxes, SessionSpec()) as session:
        yield session


async def test_processes_and_threads_leave_no_attempt(sandboxes: Sandboxes) -> None:
    await ordinary.test_an_ordinary_program_leaves_no_attempt(sandboxes, "python", ordinary.CONCURRENCY)


async def test_who_forks_out_of_a_tracers_sight_is_refused_and_told(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        claims.LIBC + "print(libc.syscall(56, 0x00800000 | 17, 0, 0, 0, 0), ctypes.get_errno())"
    )
    assert ran.text == "-1 1\n"
    assert claims.attempts(ran) == [("clone", "flags=0x800011", 1)]


async def test_who_is_traced_is_stopped_continued_waited_for_and_signalled_as_ever(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        """
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
static volatile int heard;
static void hear(int number) { heard = number; }
int main(void) {
    int status;
    signal(SIGUSR1, hear);
    pid_t child = fork();
    if (child == 0) { while (heard != SIGUSR1) usleep(1000); _exit(7); }
    kill(child, SIGSTOP);
    printf("%d", waitpid(child, &status, WUNTRACED) == child && WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP);
    kill(child, SIGUSR1);
    printf("%d", waitpid(child, &status, WNOHANG) == 0);
    kill(child, SIGCONT);
    printf("%d", waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 7);
    if ((child = vfork()) == 0) _exit(8);
    printf("%d", waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 8);
    if ((child = fork()) == 0) abort();
    printf("%d\\n", waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    return system("kill -TERM $$") != SIGTERM;
}
""",
        "c",
    )
    assert (ran.text, ran.finished.exit_code) == ("11111\n", 0)
    assert not [event for event in ran.events if isinstance(event, SandboxAttempt)]


async def test_a_call_that_is_made_otherwise_leaves_registers_as_they_were(sandboxes: Sandboxes) -> None:
    ran = await sandboxes.run(
        """
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/syscall.h>
static long call(long number, long a, long b, long c) {
    long result, first = a, second = b, third = c;
    __asm__ volatile("syscall" : "=a"(result), "+D"(a), "+S"(b), "+d"(c) : "0"(number) : "rcx", "r11", "memory");
    return a == first && b == second && c == third ? result : -1000;
}
int main(void) {
    struct sockaddr_in names = {AF_INET, htons(53), {htonl(INADDR_LOOPBACK)}};
    long made = call(SYS_socket, AF_INET, SOCK_STREAM, IPPROTO_TCP);
    printf("%ld %ld\\n", made, call(SYS_connect, made, (long)&names, sizeof names));
}
""",
        "c",
    )
    assert (ran.finished.outcome, ran.text) == (Outcome.SUCCEEDED, "3 0\n")
