/* Fill the queue of pending signals that the kernel grants one user; timers need it, too.
 *
 * origin: user_namespaces(7), RLIMIT_SIGPENDING; timer_create(2)
 * stopped by: each namespace is made by a uid of its own; RLIMIT_SIGPENDING
 * control: it ends when the kernel refuses the next one
 * ends: succeeded or memory_exceeded
 * promise: COUNTED_APART
 * at once: 4
 */
#include "attempt.h"
#include <time.h>

int main(void)
{
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    int signals = 0, timers = 0;
    timer_t timer;
    while (signals < 200000 && sigqueue(getpid(), SIGRTMIN + 1, (union sigval){0}) == 0)
        signals++;
    while (timers < 200000 && timer_create(CLOCK_MONOTONIC, NULL, &timer) == 0)
        timers++;
    ATTEMPT("without a bound", signals >= 200000 || timers >= 200000);
    sleep(1);
}
