/* Take the resources of the process that supervises it: a limit of nothing on descriptors, files, time.
 *
 * origin: prlimit(2): the same uid is enough, whatever the other one's dumpability
 * stopped by: another uid; seccomp: no limits but one's own
 * control: user
 */
#include "attempt.h"

int main(void)
{
    int processes[] = {1, getppid(), atoi(given("VICTIM_PID")), atoi(given("EXECUTOR_PID"))};
    for (int i = 0; i < 4; i++) {
        if (processes[i] == getpid() || processes[i] == 0)
            continue;
        struct rlimit old;
        ATTEMPT("read a limit", prlimit(processes[i], RLIMIT_NOFILE, NULL, &old) == 0);
        ATTEMPT("lower the room for cores", prlimit(processes[i], RLIMIT_CORE, &(struct rlimit){0, 0}, NULL) == 0);
        if (i == 0) {
            ATTEMPT("processor time", prlimit(1, RLIMIT_CPU, &(struct rlimit){0, 0}, NULL) == 0);
            ATTEMPT("descriptors", prlimit(1, RLIMIT_NOFILE, &(struct rlimit){0, 0}, NULL) == 0);
            ATTEMPT("files", prlimit(1, RLIMIT_FSIZE, &(struct rlimit){0, 0}, NULL) == 0);
        }
    }
}
