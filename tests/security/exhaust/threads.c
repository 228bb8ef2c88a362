/* Start threads without an end.
 *
 * origin: limits on processes that don't count threads
 * stopped by: pids cgroup, which counts threads
 * control: none: it would use up the user's
 * limits: processes=24
 */
#include "attempt.h"
#include <pthread.h>

static void *wait_for_ever(void *nothing)
{
    for (;;)
        pause();
}

int main(void)
{
    pthread_t thread;
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 32768);
    int made = 0;
    while (made < 1000 && (errno = pthread_create(&thread, &small, wait_for_ever, NULL)) == 0)
        made++;
    int error = errno;
    ATTEMPT("a thousand threads", made >= 1000 && error == 0);
    _exit(0);
}
