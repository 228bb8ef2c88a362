/* Become the reaper of its own descendants, in the place of process 1, and let them run on.
 *
 * origin: prctl(2), PR_SET_CHILD_SUBREAPER
 * stopped by: seccomp; process 1 kills everybody, whoever their parent is
 * control: user
 */
#include "attempt.h"

int main(void)
{
    ATTEMPT("to be a reaper", prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0);
    if (fork() == 0) {
        if (fork() == 0) {
            setsid();
            sleep(1);
        }
        _exit(0);
    }
    wait(NULL);
}
