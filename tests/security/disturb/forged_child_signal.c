/* Tell process 1 that its child ended, with a status of the program's choosing.
 *
 * origin: rt_sigqueueinfo(2): siginfo is whatever the sender writes
 * stopped by: another uid, Landlock's scope; process 1 believes the kernel's own account alone
 * control: none: it aims at process 1 of a sandbox
 */
#include "attempt.h"

int main(void)
{
    siginfo_t forged = {.si_signo = SIGCHLD, .si_code = -1};
    forged.si_pid = getpid();
    forged.si_status = 0;
    for (int i = 0; i < 1000; i++) {
        syscall(SYS_rt_sigqueueinfo, 1, SIGCHLD, &forged);
        syscall(SYS_rt_tgsigqueueinfo, 1, 1, SIGCHLD, &forged);
        kill(1, SIGCHLD);
    }
    usleep(100000);
    dprintf(1, "tried: a thousand forged ends, and it is still here\n");
}
