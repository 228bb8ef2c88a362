/* Take a copy of another process's descriptors: through a pidfd, and by opening /proc/PID/fd.
 *
 * origin: pidfd_getfd(2)
 * stopped by: PID namespace, seccomp, process 1 not dumpable
 * control: user
 * promise: PROCESS_1_HIDDEN
 */
#include "attempt.h"

int main(void)
{
    int processes[] = {1, atoi(given("VICTIM_PID")), atoi(given("EXECUTOR_PID"))};
    for (int i = 0; i < 3; i++) {
        int process = syscall(434 /* pidfd_open */, processes[i], 0);
        for (int number = 0; number < 12; number++) {
            char path[64];
            if (process >= 0 && syscall(438 /* pidfd_getfd */, process, number, 0) >= 0)
                ATTEMPT("pidfd_getfd", 1);
            snprintf(path, sizeof path, "/proc/%d/fd/%d", processes[i], number);
            if (open(path, O_RDONLY | O_NONBLOCK) >= 0)
                ATTEMPT(path, 1);
        }
        ATTEMPT("any descriptor of a process", 0);
    }
}
