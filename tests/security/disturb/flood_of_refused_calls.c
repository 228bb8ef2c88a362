/* Make calls that are refused as fast as the processor can, from many threads: whoever notes them has work to do.
 *
 * origin: audit floods; seccomp's user notification asks another process about each call
 * stopped by: the calls' makers wait for the answers; what is noted is bounded
 * control: none: it aims at a supervisor
 */
#include "attempt.h"
#include <pthread.h>
#include <time.h>

static void *flood(void *number)
{
    struct timespec now, end;
    clock_gettime(CLOCK_MONOTONIC, &end);
    for (unsigned i = 0;; i++) {
        struct sockaddr_in { unsigned short family, port; unsigned address; char rest[8]; } to = {AF_INET, i, i * 2654435761u};
        syscall(SYS_mount, "a", "b", "c", i, NULL);
        syscall(SYS_ptrace, i, i, 0, 0);
        int s = socket(AF_INET, SOCK_STREAM, 0);
        connect(s, (struct sockaddr *)&to, sizeof to);
        close(s);
        clock_gettime(CLOCK_MONOTONIC, &now);
        if (now.tv_sec > end.tv_sec + 1)
            return NULL;
    }
}

int main(void)
{
    pthread_t threads[8];
    dprintf(1, "tried: a flood\n");
    for (long i = 0; i < 8; i++)
        pthread_create(&threads[i], NULL, flood, (void *)i);
    for (int i = 0; i < 8; i++)
        pthread_join(threads[i], NULL);
}
