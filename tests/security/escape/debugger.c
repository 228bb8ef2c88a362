/* Trace a child of its own: with it come registers, other system call numbers, and old bugs.
 *
 * origin: CVE-2019-13272, CVE-2014-4699 (ptrace)
 * stopped by: seccomp
 * control: user
 */
#include "attempt.h"

int main(void)
{
    int child = fork();
    if (child == 0)
        for (;;)
            pause();
    ATTEMPT("its child", ptrace(PTRACE_ATTACH, child, 0, 0) == 0);
    kill(child, SIGKILL);
    if (fork() == 0)
        _exit(!ATTEMPT("itself", ptrace(PTRACE_TRACEME, 0, 0, 0) == 0));
    while (wait(NULL) > 0)
        ;
}
