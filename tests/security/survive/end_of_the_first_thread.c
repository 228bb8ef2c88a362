/* End the first thread and go on in another: the process looks dead in /proc, and is not.
 *
 * origin: pthread_exit in main; supervisors that look for state Z
 * stopped by: the end is the process's; the limit on time
 * control: none: a limit is what ends it
 * ends: timed_out
 * limits: wall_seconds=1.0
 */
#include "attempt.h"
#include <pthread.h>

static void *go_on(void *nothing)
{
    for (;;)
        pause();
}

int main(void)
{
    pthread_t thread;
    dprintf(1, "tried: to go on without a first thread\n");
    pthread_create(&thread, NULL, go_on, NULL);
    pthread_exit(NULL);
}
