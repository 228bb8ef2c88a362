/* Interrupt its own refused calls by signals, thousands of them: a call that is taken back was never seen.
 *
 * origin: seccomp's user notification and SA_RESTART
 * stopped by: a call that was read is interrupted by death alone; what was taken back is counted
 * control: none: it aims at a supervisor
 */
#include "attempt.h"
#include <sys/time.h>

static volatile int signals;

static void count(int number)
{
    signals++;
}

int main(void)
{
    struct sigaction action = {.sa_handler = count, .sa_flags = SA_RESTART};
    struct itimerval often = {{0, 50}, {0, 50}};
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
    int mounted = 0;
    for (int i = 0; i < 3000; i++)
        mounted += syscall(SYS_mount, "a", "b", "c", 0, NULL) == 0;
    ATTEMPT("a mount in the confusion", mounted);
}
