/* Die in the middle of calls that somebody else has to answer, again and again: each answer comes too late.
 *
 * origin: seccomp's user notification: a maker that is gone, a thread id that is used again
 * stopped by: answers name the call, not the process
 * control: none: it aims at a supervisor
 */
#include "attempt.h"

int main(void)
{
    dprintf(1, "tried: to die while waiting\n");
    for (int i = 0; i < 200; i++) {
        int child = fork();
        if (child == 0)
            for (;;)
                syscall(SYS_mount, "a", "b", "c", 0, NULL), close(socket(AF_INET, SOCK_STREAM, 0));
        usleep(i * 5);
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
    }
    if (fork() == 0)
        for (;;)
            syscall(SYS_mount, "a", "b", "c", 0, NULL);
}
