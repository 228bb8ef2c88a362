/* Take off what stands around it: no_new_privs, the filter of system calls, speculation, Landlock.
 *
 * origin: prctl(2), seccomp(2): what can be put on must not come off
 * stopped by: the kernel has no such call; seccomp
 * control: none: the kernel has no such call
 */
#include "attempt.h"

int main(void)
{
    ATTEMPT("no_new_privs", prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0 || prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1);
    ATTEMPT("no filter", prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == 0 || prctl(PR_SET_SECCOMP, 0, 0, 0, 0) == 0);
    ATTEMPT("a filter that tells it everything", syscall(SYS_seccomp, 1, 8 /* NEW_LISTENER */, NULL) >= 0);
    ATTEMPT("a debugger of its own", prctl(PR_SET_PTRACER, -1, 0, 0, 0) == 0);
    ATTEMPT("reading the time stamp", prctl(PR_SET_TSC, 2, 0, 0, 0) == 0);
}
