/* Attach to another process as a debugger, the supervisor's among them.
 *
 * origin: ptrace(2); sandboxes that were left by tracing their own supervisor
 * stopped by: PID namespace, seccomp
 * control: user
 */
#include "attempt.h"

int main(void)
{
    int processes[] = {1, getppid(), atoi(given("VICTIM_PID")), atoi(given("EXECUTOR_PID"))};
    for (int i = 0; i < 4; i++) {
        int got = ptrace(PTRACE_SEIZE, processes[i], 0, 0) == 0;
        ATTEMPT("seize a process", got);
        got = !got && ptrace(PTRACE_ATTACH, processes[i], 0, 0) == 0;
        ATTEMPT("attach to a process", got);
    }
}
