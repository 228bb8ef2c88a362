/* Set timers without an end.
 *
 * origin: timer_create(2)
 * stopped by: RLIMIT_SIGPENDING
 * control: none: how many a host grants differs
 * ends: succeeded or memory_exceeded
 */
#include "attempt.h"
#include <time.h>

int main(void)
{
    struct sigevent silent = {.sigev_notify = SIGEV_NONE};
    timer_t timer;
    int made = 0;
    while (made < 100000 && timer_create(CLOCK_MONOTONIC, &silent, &timer) == 0)
        made++;
    ATTEMPT("a hundred thousand timers", made >= 100000);
}
