/* Wait in vfork for a child that never ends: such a parent takes no signal but a deadly one.
 *
 * origin: vfork(2)
 * stopped by: SIGKILL to all
 * control: none: a limit is what ends it
 * ends: timed_out
 * limits: wall_seconds=1.0
 */
#include "attempt.h"

int main(void)
{
    dprintf(1, "tried: to wait uninterruptibly\n");
    if (vfork() == 0)
        for (;;)
            pause();
}
