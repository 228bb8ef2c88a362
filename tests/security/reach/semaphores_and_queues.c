/* Find another's System V semaphores and message queues.
 *
 * origin: svipc(7)
 * stopped by: an IPC namespace
 * control: it finds one of its own making
 */
#include "attempt.h"
#include <sys/msg.h>
#include <sys/sem.h>

static int count(void)
{
    struct { int used_ids; int rest[64]; } sets = {0}, queues = {0};
    semctl(0, 0, 19 /* SEM_INFO */, &sets);
    msgctl(0, 12 /* MSG_INFO */, (struct msqid_ds *)&queues);
    int found = 0;
    for (int identity = 0; identity < 256; identity++) {
        char buffer[256];
        found += semctl(identity, 0, 18 /* SEM_STAT */, buffer) >= 0 || errno == EACCES;
        found += msgctl(identity, 11 /* MSG_STAT */, (struct msqid_ds *)buffer) >= 0 || errno == EACCES;
    }
    return found;
}

int main(void)
{
    ATTEMPT("sets or queues of somebody", count() > 0);
    int own = semget(IPC_PRIVATE, 1, 0600);
    if (own >= 0 && count() == 0)
        return 1; /* the search is worth nothing */
    semctl(own, 0, IPC_RMID);
}
