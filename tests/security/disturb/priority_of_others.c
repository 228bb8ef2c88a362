/* Make others slow: their priority, and that of their input and output.
 *
 * origin: setpriority(2), ioprio_set(2)
 * stopped by: PID namespace, seccomp
 * control: user
 */
#include "attempt.h"

int main(void)
{
    int victim = atoi(given("VICTIM_PID"));
    ATTEMPT("the victim's priority", setpriority(PRIO_PROCESS, victim, 5) == 0);
    ATTEMPT("the executor's priority", setpriority(PRIO_PROCESS, atoi(given("EXECUTOR_PID")), 5) == 0);
    ATTEMPT("the victim's input and output", syscall(SYS_ioprio_set, 1, victim, 3 << 13) == 0);
}
