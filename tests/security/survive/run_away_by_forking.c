/* Fork and end the parent, as fast as the kernel allows: a process id that is about to be killed is gone already.
 *
 * origin: the "comet" in fork bombs; kill(2) by id races
 * stopped by: the process limit, SIGKILL to all at once, the end of the PID namespace
 * control: none: on the host nobody would end it
 */
#include "attempt.h"

int main(void)
{
    dprintf(1, "tried: to be elsewhere\n");
    if (fork())
        return 0;
    close(0), close(1), close(2);
    for (;;)
        if (fork() != 0)
            _exit(0);
}
